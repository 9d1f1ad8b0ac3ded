package conformance

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 256 << 20

// probe calls the server for one check.
type probe struct {
	ctx    context.Context
	config Config
	client *http.Client
	run    string // part of every key of the check
	from   string // the checkpoint when the check began, "" when it could not be had
}

func newProbe(ctx context.Context, c Config) *probe {
	p := &probe{ctx: ctx, config: c, client: &http.Client{Timeout: c.Patience + 30*time.Second}, run: unique()}
	p.from, _ = p.now() // a check that needs it meets the same failure
	return p
}

func unique() string {
	random := make([]byte, 9)
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}

// key makes the key of a record of this check.
func (p *probe) key(name string) string { return "k-" + p.run + "-" + name }

// mutationID makes an id as clients do: a UUID of version 7.
func mutationID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	now := time.Now().UnixMilli()
	for i := range 6 {
		b[i] = byte(now >> (40 - 8*i))
	}
	b[6], b[8] = b[6]&15|0x70, b[8]&63|0x80
	h := hex.EncodeToString(b)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

type object = map[string]any

// op is an operation of a mutation.
type op struct {
	Op    string  `json:"op"`
	Model string  `json:"model"`
	ID    string  `json:"id"`
	Base  *string `json:"base,omitempty"`
	Data  object  `json:"data,omitempty"`
}

// mutation is one that the kit sends.
type mutation struct {
	ID  string `json:"id"`
	At  string `json:"at"`
	Ops []op   `json:"ops"`
}

func mutate(ops ...op) mutation {
	return mutation{mutationID(), time.Now().UTC().Format(time.RFC3339Nano), ops}
}

func create(model, id string, data object) op {
	all := object{"id": id}
	for name, value := range data {
		all[name] = value
	}
	return op{Op: "create", Model: model, ID: id, Data: all}
}

func update(model, id, base string, data object) op {
	o := op{Op: "update", Model: model, ID: id, Data: data}
	if base != "" {
		o.Base = &base
	}
	return o
}

func remove(model, id, base string) op {
	o := update(model, id, base, nil)
	o.Op = "delete"
	return o
}

// record is a record as the server tells of it.
type record struct {
	Model   string `json:"model"`
	ID      string `json:"id"`
	Version string `json:"version"`
	Deleted bool   `json:"deleted"`
	Gone    bool   `json:"gone"`
	Data    object `json:"data"`
}

// result is what became of a mutation.
type result struct {
	ID      string   `json:"id"`
	Status  string   `json:"status"`
	Records []record `json:"records"`
	Error   *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Field   string `json:"field"`
	} `json:"error"`
}

// of returns what a result says about a record.
func (r result) of(id string) record {
	for _, rec := range r.Records {
		if rec.ID == id {
			return rec
		}
	}
	return record{}
}

// page is a page of changes.
type page struct {
	Changes    []record `json:"changes"`
	Checkpoint string   `json:"checkpoint"`
	More       bool     `json:"more"`
	Reset      bool     `json:"reset"`
}

// answer is what came back of a call.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// code is the code of the error in an answer, "" when there is none.
func (a answer) code() string {
	var body struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.body, &body)
	return body.Error.Code
}

// request makes a call of the server.
func (p *probe) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(p.config.URL, "/")+path, body)
	if err != nil {
		return nil, err
	}
	for name, values := range p.config.Header {
		r.Header[name] = values
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.config.Token != "" {
		r.Header.Set("Authorization", "Bearer "+p.config.Token)
	}
	return r, nil
}

// send sends bytes and reads the whole answer, which must come in time.
func (p *probe) send(method, path string, body []byte, change func(*http.Request)) (a answer, err error) {
	ctx, cancel := context.WithTimeout(p.ctx, p.config.Patience)
	defer cancel()
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	r, err := p.request(ctx, method, path, reader)
	if err != nil {
		return a, err
	}
	if change != nil {
		change(r)
	}
	return p.do(r)
}

func (p *probe) do(r *http.Request) (a answer, err error) {
	got, err := p.client.Do(r)
	if err != nil {
		return a, fmt.Errorf("%s got no answer: %w", r.URL.Path, err)
	}
	defer got.Body.Close()
	a = answer{status: got.StatusCode, header: got.Header}
	if a.body, err = io.ReadAll(io.LimitReader(got.Body, maxAnswer)); err != nil {
		return a, fmt.Errorf("the answer of %s broke off: %w", r.URL.Path, err)
	}
	return a, nil
}

// post sends JSON and wants 200 and JSON of the shape of into.
func (p *probe) post(path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	a, err := p.send(http.MethodPost, path, text, nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("%s answered %d: %.200s", path, a.status, a.body)
	}
	if err = json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("%s answered what is no such JSON: %w", path, err)
	}
	return nil
}

// head is what every request begins with.
func (p *probe) head() object {
	return object{"protocol": 1, "schema": p.config.Fingerprint, "client": "c_" + p.run}
}

// push pushes mutations and wants a result for each, in their order.
func (p *probe) push(list ...mutation) ([]result, error) {
	body := p.head()
	body["mutations"] = list
	var got struct {
		Results []result `json:"results"`
	}
	if err := p.post("/push", body, &got); err != nil {
		return nil, err
	}
	if len(got.Results) != len(list) {
		return nil, fmt.Errorf("%d mutations were pushed, and %d results came back", len(list), len(got.Results))
	}
	for i, r := range got.Results {
		if r.ID != list[i].ID {
			return nil, fmt.Errorf("result %d is of mutation %q, where %q was sent", i, r.ID, list[i].ID)
		}
	}
	return got.Results, nil
}

// apply pushes mutations that must all be applied.
func (p *probe) apply(list ...mutation) ([]result, error) {
	results, err := p.push(list...)
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		if r.Status != "applied" {
			return nil, fmt.Errorf("mutation %d of %d was answered with %q, not \"applied\"%s", i+1, len(list), r.Status, r.why())
		}
	}
	return results, nil
}

func (r result) why() string {
	if r.Error == nil {
		return ""
	}
	return fmt.Sprintf(": %s %s", r.Error.Code, r.Error.Message)
}

// query is how a pull asks.
type query struct {
	checkpoint string // "" for null
	limit      int
	models     []string
	scope      object
	wait       float64
}

func (p *probe) body(q query) object {
	body := p.head()
	body["checkpoint"] = nil
	if q.checkpoint != "" {
		body["checkpoint"] = q.checkpoint
	}
	if q.models == nil {
		q.models = []string{"Item", "Part", "Ledger"}
	}
	body["models"], body["wait"] = q.models, q.wait
	if q.limit > 0 {
		body["limit"] = q.limit
	}
	if q.scope != nil {
		body["scope"] = q.scope
	}
	return body
}

// pull pulls one page.
func (p *probe) pull(q query) (page, error) {
	var got page
	if err := p.post("/pull", p.body(q), &got); err != nil {
		return got, err
	}
	if got.Checkpoint == "" {
		return got, fmt.Errorf("a page came without a checkpoint")
	}
	return got, nil
}

// maxPages bounds how many pages are pulled before a server is said never to end.
const maxPages = 100_000

// rest pulls until there is no more, and hands over each page.
func (p *probe) rest(q query, each func(page) error) (checkpoint string, err error) {
	for range maxPages {
		got, err := p.pull(q)
		if err != nil {
			return "", err
		}
		if each != nil {
			if err = each(got); err != nil {
				return "", err
			}
		}
		if !got.More {
			return got.Checkpoint, nil
		}
		if got.Checkpoint == q.checkpoint {
			return "", fmt.Errorf("a page says more: true, and its checkpoint is the one that was asked with")
		}
		q.checkpoint = got.Checkpoint
	}
	return "", fmt.Errorf("more: true came %d times", maxPages)
}

// now returns the present checkpoint.
func (p *probe) now() (string, error) { return p.rest(query{}, nil) }

// since returns the records of this check that changed after a checkpoint, or since the
// check began, by key; of each the last that was told.
func (p *probe) since(q query) (map[string]record, error) {
	if q.checkpoint == "" {
		q.checkpoint = p.from
	}
	found := map[string]record{}
	_, err := p.rest(q, func(got page) error {
		for _, c := range got.Changes {
			if strings.HasPrefix(c.ID, "k-"+p.run) {
				found[c.ID] = c
			}
		}
		return nil
	})
	return found, err
}
