package conformance

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// settling is how long the kit waits for what no answer tells of.
const settling = 300 * time.Millisecond

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // the kit made it itself
	}
	return text
}

func decode(text []byte, into any) error { return json.Unmarshal(text, into) }

// refused wants a 4xx with a code.
func refused(a answer, what string) error {
	if a.status < 400 || a.status >= 500 {
		return fmt.Errorf("%s was answered with %d: %.120s", what, a.status, a.body)
	}
	if a.code() == "" {
		return fmt.Errorf(`%s was answered with %d and no {"error": {"code": …}}: %.120s`, what, a.status, a.body)
	}
	return nil
}

func (p *probe) refuses(path string, body []byte, what string) error {
	a, err := p.send(http.MethodPost, path, body, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return refused(a, what+" to "+path)
}

func checkBodies(p *probe) error {
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	bodies := map[string]string{
		"nothing": " ", "no JSON": "hello", "half of JSON": `{"protocol": 1, "cli`, "an array": `[]`, "null and more": `null null`, "a string": `"x"`,
		"deep arrays": deep, "deep objects": strings.Repeat(`{"a":`, 50_000), "bytes that are no UTF-8": "{\"protocol\":1,\"client\":\"\xff\xfe\"}",
		"another protocol": `{"protocol": 99, "checkpoint": null, "mutations": []}`, "no protocol": `{"checkpoint": null, "mutations": []}`,
		"deep scope": `{"protocol":1,"checkpoint":null,"scope":{"group":` + deep + `},"mutations":[` + deep + `]}`,
	}
	for what, body := range bodies {
		for _, path := range []string{"/pull", "/push"} {
			if err := p.refuses(path, []byte(body), what); err != nil {
				return err
			}
		}
	}
	return p.stillServes()
}

// stillServes sees that an ordinary call still works.
func (p *probe) stillServes() error {
	if _, err := p.item(p.key("after"), nil); err != nil {
		return fmt.Errorf("after all that, an ordinary push failed: %w", err)
	}
	return nil
}

func checkTypes(p *probe) error {
	wrong := map[string][]any{
		"checkpoint": {5, true, object{}, []int{1}}, "limit": {"x", -1, object{}, 1.5}, "models": {"Item", 5, []any{1}, []string{"NoSuchModel"}},
		"scope": {"x", 5, []int{1}}, "wait": {"x", -5, object{}}, "client": {5, object{}}, "protocol": {"1", nil},
	}
	for name, values := range wrong {
		for _, value := range values {
			body := p.body(query{})
			body[name] = value
			if err := p.refuses("/pull", encode(body), fmt.Sprintf("%s: %v", name, value)); err != nil {
				return err
			}
		}
	}
	for _, value := range []any{"x", 5, object{"a": 1}, []any{5}, []any{"x"}, []any{[]any{}}, []any{object{}}, []any{object{"id": 5}}, []any{nil}} {
		body := p.head()
		body["mutations"] = value
		if err := p.refuses("/push", encode(body), fmt.Sprintf("mutations: %v", value)); err != nil {
			return err
		}
	}
	return p.stillServes()
}

func checkSize(p *probe) error {
	body := p.head()
	body["mutations"] = []mutation{mutate(create("Item", p.key("large"), object{"title": strings.Repeat("x", p.config.Large)}))}
	text := encode(body)
	conn, err := p.dial(text)
	if err != nil {
		return err
	}
	defer conn.Close()
	a, err := conn.exchange()
	if err != nil {
		return fmt.Errorf("a request of %d bytes: %w", len(text), err)
	}
	if a.status == http.StatusOK {
		return absent(fmt.Sprintf("the server takes requests of %d bytes", len(text)))
	}
	if err = refused(a, fmt.Sprintf("a request of %d bytes", len(text))); err != nil {
		return err
	}
	return p.stillServes()
}

// checkCut ends requests in the middle.
func checkCut(p *probe) error {
	id := p.key("cut")
	body := p.head()
	body["mutations"] = []mutation{mutate(create("Item", id, nil))}
	text := encode(body)
	for _, part := range []int{1, len(text) / 2, len(text) - 1} {
		conn, err := p.dial(text)
		if err != nil {
			return err
		}
		if _, err = conn.Write(conn.text[:conn.body+part]); err != nil {
			return err
		}
		_ = conn.Close()
	}
	time.Sleep(settling) // nobody tells when the server is through with them
	if err := p.stillServes(); err != nil {
		return err
	}
	found, err := p.since(query{})
	if err == nil && found[id].ID != "" {
		err = fmt.Errorf("a request that was cut off was applied")
	}
	return err
}

func checkMethods(p *probe) error {
	for _, call := range [][2]string{{http.MethodGet, "/pull"}, {http.MethodGet, "/push"}, {http.MethodDelete, "/push"}, {http.MethodPut, "/pull"}, {http.MethodPost, "/nothing"}} {
		a, err := p.send(call[0], call[1], nil, nil)
		if err != nil {
			return err
		}
		if a.status < 400 || a.status >= 500 {
			return fmt.Errorf("%s %s was answered with %d", call[0], call[1], a.status)
		}
	}
	return nil
}

func checkAuth(p *probe) error {
	if p.config.Token == "" {
		return absent("no token was given to check with")
	}
	for what, header := range map[string]string{"no token": "", "a wrong token": "Bearer x" + p.config.Token, "another scheme": "Basic eDp5", "half a token": "Bearer"} {
		for _, path := range []string{"/pull", "/push"} {
			body := p.body(query{})
			if path == "/push" {
				body = p.head()
				body["mutations"] = []mutation{mutate(create("Item", p.key("stranger"), nil))}
			}
			a, err := p.send(http.MethodPost, path, encode(body), func(r *http.Request) {
				if r.Header.Del("Authorization"); header != "" {
					r.Header.Set("Authorization", header)
				}
			})
			if err != nil {
				return err
			}
			if a.status != http.StatusUnauthorized {
				return fmt.Errorf("%s at %s was answered with %d", what, path, a.status)
			}
		}
	}
	found, err := p.since(query{})
	if err == nil && found[p.key("stranger")].ID != "" {
		err = fmt.Errorf("the push of a stranger was applied")
	}
	return err
}

func checkOutdated(p *probe) error {
	if p.config.Outdated == "" {
		return absent("no outdated schema was given to check with")
	}
	old := *p
	old.config.Fingerprint = p.config.Outdated
	body := old.head()
	body["mutations"] = []mutation{mutate(create("Item", p.key("old"), nil))}
	for path, b := range map[string]object{"/pull": old.body(query{}), "/push": body} {
		a, err := old.send(http.MethodPost, path, encode(b), nil)
		if err != nil {
			return err
		}
		if a.status != http.StatusUpgradeRequired {
			return fmt.Errorf("%s answered %d", path, a.status)
		}
	}
	found, err := p.since(query{})
	if err == nil && found[p.key("old")].ID != "" {
		err = fmt.Errorf("the push of an outdated app was applied")
	}
	return err
}

// checkLive listens, and pushes meanwhile.
func checkLive(p *probe) error {
	from, err := p.now()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.config.Patience)
	defer cancel()
	r, err := p.request(ctx, http.MethodGet, "/live?checkpoint="+from, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	stream, err := (&http.Client{}).Do(r)
	if err != nil {
		return fmt.Errorf("/live got no answer: %w", err)
	}
	defer stream.Body.Close()
	switch kind := stream.Header.Get("Content-Type"); {
	case stream.StatusCode == http.StatusNotFound, stream.StatusCode == http.StatusNotImplemented, stream.StatusCode == http.StatusMethodNotAllowed:
		return absent("the server has no live stream")
	case stream.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream"):
		return fmt.Errorf("/live answered %d with %q", stream.StatusCode, kind)
	}
	pokes := make(chan error, 16)
	go func() {
		for lines := bufio.NewScanner(stream.Body); ; {
			if !lines.Scan() {
				pokes <- fmt.Errorf("the stream ended without a poke behind the push")
				return
			}
			if event, ok := strings.CutPrefix(lines.Text(), "event:"); ok && (strings.TrimSpace(event) == "poke" || strings.TrimSpace(event) == "changes") {
				pokes <- nil
			}
		}
	}()
	for settled := false; !settled; { // a first poke may come by itself
		select {
		case err := <-pokes:
			if err != nil {
				return err
			}
		case <-time.After(settling):
			settled = true
		}
	}
	if _, err = p.item(p.key("news"), nil); err != nil {
		return err
	}
	return <-pokes
}
