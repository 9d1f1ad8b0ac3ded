package conformance

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
)

// item makes an Item and returns its version.
func (p *probe) item(id string, data object) (version string, err error) {
	r, err := p.apply(mutate(create("Item", id, data)))
	if err != nil {
		return "", err
	}
	return r[0].of(id).Version, nil
}

// expect compares a field of a record.
func expect(r record, field string, want any) error {
	if !reflect.DeepEqual(r.Data[field], want) {
		return fmt.Errorf("%s of %s %s is %v, should be %v", field, r.Model, r.ID, r.Data[field], want)
	}
	return nil
}

func checkApplied(p *probe) error {
	from, err := p.now()
	if err != nil {
		return err
	}
	id := p.key("a")
	version, err := p.item(id, object{"title": "Hello", "count": 3.0})
	if err != nil {
		return err
	}
	if version == "" {
		return fmt.Errorf("the result names no version of the record")
	}
	found, err := p.since(query{checkpoint: from})
	if err != nil {
		return err
	}
	got, there := found[id]
	if !there {
		return fmt.Errorf("the record was answered with \"applied\" and is not pulled")
	}
	if got.Version != version {
		return fmt.Errorf("the push says version %q, the pull %q", version, got.Version)
	}
	if got.Model != "Item" {
		return fmt.Errorf("the model is %q, should be Item", got.Model)
	}
	if err = expect(got, "title", "Hello"); err != nil {
		return err
	}
	return expect(got, "count", 3.0)
}

func checkValues(p *probe) error {
	for i, text := range []string{
		"", " ", "null", `"quoted" \ and 'quoted'`, "<b>&amp;</b>", "Zoë 🌍 漢字 \u202e", "\u2028\u2029", "a\x00b", "\x1f\x7f",
		"'; DROP TABLE items; --", "%s %d $1 ?1", strings.Repeat("long ", 10_000), "2026-02-28", "1e400", "e\u0301",
	} {
		id := p.key(fmt.Sprint("v", i))
		results, err := p.push(mutate(create("Item", id, object{"title": text})))
		if err != nil {
			return err
		}
		if r := results[0]; r.Status == "rejected" && r.Error != nil && r.Error.Code != "" && strings.ContainsRune(text, 0) {
			continue // a database may have no place for it, and say so
		} else if r.Status != "applied" {
			return fmt.Errorf("the text %.40q was answered with %q%s", text, r.Status, r.why())
		}
		if err = p.requireStored(id, "title", text); err != nil {
			return err
		}
	}
	return nil
}

// requireStored pulls everything and wants a field of a record to have a value.
func (p *probe) requireStored(id, field string, want any) error {
	found, err := p.since(query{})
	if err != nil {
		return err
	}
	got, there := found[id]
	if !there {
		return fmt.Errorf("the record %s is not pulled", id)
	}
	return expect(got, field, want)
}

func checkNoSurprise(p *probe) error {
	id := p.key("a")
	data := object{"title": "t", "note": nil, "count": 1.0, "group": nil}
	results, err := p.apply(mutate(create("Item", id, data)))
	if err != nil {
		return err
	}
	answered := results[0].of(id).Data
	found, err := p.since(query{})
	if err != nil {
		return err
	}
	for name, value := range found[id].Data {
		sent := data[name]
		if name == "id" {
			sent = id
		}
		if !reflect.DeepEqual(sent, value) && answered == nil {
			return fmt.Errorf("%s was sent as %v, is %v now, and the result did not say so", name, sent, value)
		}
	}
	return nil
}

func checkRepeat(p *probe) error {
	id := p.key("a")
	base, err := p.item(id, object{"title": "1"})
	if err != nil {
		return err
	}
	m := mutate(update("Item", id, base, object{"title": "2"}))
	first, err := p.apply(m)
	if err != nil {
		return err
	}
	other, err := p.apply(mutate(update("Item", id, first[0].of(id).Version, object{"title": "3"})))
	if err != nil {
		return err
	}
	from, err := p.now()
	if err != nil {
		return err
	}
	for range 3 {
		again, err := p.apply(m)
		if err != nil {
			return fmt.Errorf("when it came again: %w", err)
		}
		if got, want := again[0].of(id).Version, other[0].of(id).Version; got != want {
			return fmt.Errorf("the answer to the repeat has version %q, the present one is %q", got, want)
		}
	}
	both, err := p.apply(m, m)
	if err != nil || len(both) != 2 {
		return fmt.Errorf("the same mutation twice in one push: %w", err)
	}
	found, err := p.since(query{checkpoint: from})
	if err != nil {
		return err
	}
	if changed, there := found[id]; there {
		return fmt.Errorf("the repeat changed the record to version %q, title %v", changed.Version, changed.Data["title"])
	}
	return p.requireStored(id, "title", "3")
}

// checkLostAnswer hangs up as soon as the request is sent, so that nobody knows what
// became of it, and sends the mutation again.
func checkLostAnswer(p *probe) error {
	for i := range 5 {
		id := p.key(fmt.Sprint("a", i))
		m := mutate(create("Item", id, object{"title": "x"}))
		body := p.head()
		body["mutations"] = []mutation{m}
		conn, err := p.dial(encode(body))
		if err != nil {
			return err
		}
		if _, err = conn.Write(conn.text); err != nil {
			return err
		}
		time.Sleep(time.Duration(i) * 2 * time.Millisecond) // sometimes before, sometimes behind its commit
		_ = conn.Close()
		first, err := p.apply(m)
		if err != nil {
			return err
		}
		again, err := p.apply(m)
		if err != nil {
			return err
		}
		if a, b := first[0].of(id).Version, again[0].of(id).Version; a != b || a == "" {
			return fmt.Errorf("it was applied again: version %q, then %q", a, b)
		}
	}
	return nil
}

func checkRepeatAtOnce(p *probe) error {
	id := p.key("a")
	m := mutate(create("Item", id, object{"title": "x"}))
	const sides = 8
	versions, failures := make([]string, sides), make([]error, sides)
	var wg sync.WaitGroup
	for i := range sides {
		wg.Go(func() {
			results, err := p.apply(m)
			if failures[i] = err; err == nil {
				versions[i] = results[0].of(id).Version
			}
		})
	}
	wg.Wait()
	for i := range sides {
		if failures[i] != nil {
			return failures[i]
		}
		if versions[i] != versions[0] || versions[i] == "" {
			return fmt.Errorf("the answers have versions %q and %q: it was applied twice", versions[0], versions[i])
		}
	}
	return nil
}

func checkOrder(p *probe) error {
	item, part := p.key("item"), p.key("part")
	list := []mutation{
		mutate(create("Item", item, object{"title": "0"})),
		mutate(create("Part", part, object{"itemId": item, "name": "p"}), update("Item", item, "", object{"note": "a"}), update("Item", item, "", object{"note": "b"})),
	}
	for i := range 5 {
		list = append(list, mutate(update("Item", item, "", object{"title": fmt.Sprint(i)})))
	}
	if _, err := p.apply(list...); err != nil {
		return err
	}
	if err := p.requireStored(item, "title", "4"); err != nil {
		return fmt.Errorf("the last mutation should stand: %w", err)
	}
	if err := p.requireStored(item, "note", "b"); err != nil {
		return fmt.Errorf("the last operation should stand: %w", err)
	}
	return nil
}

// wrong is an operation that no server takes.
func (p *probe) wrong(name string) op {
	return op{Op: "create", Model: "Item", ID: p.key(name), Data: object{"id": p.key(name), "count": "many"}}
}

func checkAtomic(p *probe) error {
	unknown := op{Op: "create", Model: "NoSuchModel", ID: p.key("none"), Data: object{"id": p.key("none")}}
	for i, bad := range []op{p.wrong("bad"), unknown} {
		before, after := p.key(fmt.Sprint("before", i)), p.key(fmt.Sprint("after", i))
		results, err := p.push(mutate(create("Item", before, nil), bad, create("Item", after, nil)))
		if err != nil {
			return err
		}
		if results[0].Status != "rejected" {
			return fmt.Errorf("an operation that cannot be applied was answered with %q", results[0].Status)
		}
		found, err := p.since(query{})
		if err != nil {
			return err
		}
		for _, id := range []string{before, after} {
			if _, there := found[id]; there {
				return fmt.Errorf("a mutation was refused, and one of its operations was applied")
			}
		}
	}
	return nil
}

func checkPoison(p *probe) error {
	poison := mutate(p.wrong("bad"))
	for round := range 2 {
		first, last := p.key(fmt.Sprint("first", round)), p.key(fmt.Sprint("last", round))
		results, err := p.push(mutate(create("Item", first, nil)), poison, mutate(create("Item", last, nil)))
		if err != nil {
			return err
		}
		if r := results[1]; r.Status != "rejected" || r.Error == nil || r.Error.Code == "" {
			return fmt.Errorf("the mutation that cannot be applied was answered with %q and no code, time %d", r.Status, round+1)
		}
		if results[0].Status != "applied" || results[2].Status != "applied" {
			return fmt.Errorf("those around it were answered with %q and %q", results[0].Status, results[2].Status)
		}
		found, err := p.since(query{})
		if err != nil {
			return err
		}
		if found[first].ID == "" || found[last].ID == "" {
			return fmt.Errorf("those around it were not applied")
		}
	}
	return nil
}

// checkMalformed sends mutations whose parts have wrong types, between good ones.
func checkMalformed(p *probe) error {
	for i, ops := range []string{`"x"`, `[1]`, `[{"op":"create"}]`, `[{"op":"destroy","model":"Item","id":"x"}]`, `[{"op":"create","model":"Item","id":{"a":1},"data":{}}]`,
		`[{"op":"update","model":"Item","id":"x","base":5,"data":{}}]`, `[{"op":"create","model":"Item","id":"x","data":[]}]`} {
		id := p.key(fmt.Sprint("good", i))
		good, err := json.Marshal(mutate(create("Item", id, nil)))
		if err != nil {
			return err
		}
		body := p.head()
		body["mutations"] = []json.RawMessage{fmt.Appendf(nil, `{"id":%q,"at":"2026-01-01T00:00:00Z","ops":%s}`, mutationID(), ops), good}
		var got struct{ Results []result }
		if err = p.post("/push", body, &got); err != nil {
			return fmt.Errorf("with ops %s: %w", ops, err)
		}
		if len(got.Results) != 2 || got.Results[0].Status == "applied" || got.Results[0].Status == "retry" {
			return fmt.Errorf("a mutation with ops %s was not refused", ops)
		}
		if got.Results[1].Status != "applied" {
			return fmt.Errorf("the mutation behind one with ops %s was answered with %q", ops, got.Results[1].Status)
		}
	}
	return nil
}

func checkValidation(p *probe) error {
	wrong := object{"count": "five", "title": 5, "nothing": "x"}
	for field, value := range wrong {
		id := p.key("bad-" + field)
		results, err := p.push(mutate(create("Item", id, object{field: value})))
		if err != nil {
			return err
		}
		r := results[0]
		if r.Status != "rejected" {
			return fmt.Errorf("%s: %v was answered with %q", field, value, r.Status)
		}
		if r.Error == nil || r.Error.Code == "" || r.Error.Message == "" || r.Error.Field != field {
			return fmt.Errorf("the refusal of %s: %v has to have a code, a message and the field", field, value)
		}
	}
	return nil
}
