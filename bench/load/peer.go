package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// models are what the peers write.
const models = `type Item @model(timestamps: null) { id: ID! title: String count: Int parts: [Part] @hasMany }
type Part @model(timestamps: null) { id: ID! name: String itemId: ID! item: Item! @belongsTo(fields: ["itemId"]) }
`

// peer is one client. What drives the load knows no more of it, so that any client can
// take its place.
type peer interface {
	// Push makes n mutations and sends them; it returns how many were acknowledged.
	Push(ctx context.Context, n int) (int, error)
	// Pull takes in one page, and returns how many changes it had and whether there are more.
	Pull(ctx context.Context) (changes int, more bool, err error)
	// Holds returns what the peer holds, as a text by record.
	Holds() map[string]string
	// Wrote returns the records that it wrote and that were acknowledged, likewise.
	Wrote() map[string]string
	// End lets go of what the peer has.
	End() error
}

// plain is a peer of HTTP and nothing else: it keeps what it pulls in a map.
type plain struct {
	url        string
	name       string
	client     *http.Client
	checkpoint any
	holds      map[string]string
	wrote      map[string]string
	versions   map[string]string // of its own Items
	made       int
}

func newPlain(url, name string) *plain {
	return &plain{url: url, name: name, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2}},
		holds: map[string]string{}, wrote: map[string]string{}, versions: map[string]string{}}
}

type object = map[string]any

// Push makes new Items with a Part each, and every third time changes one that it made a while ago.
func (p *plain) Push(ctx context.Context, n int) (int, error) {
	var list []object
	for range n {
		list = append(list, p.mutation())
	}
	var got struct {
		Results []struct {
			ID, Status string
			Records    []struct{ ID, Version string }
			Error      any
		}
	}
	if err := p.post(ctx, "/push", object{"mutations": list}, &got); err != nil {
		return 0, err
	}
	if len(got.Results) != n {
		return 0, fmt.Errorf("%d mutations got %d results", n, len(got.Results))
	}
	for i, r := range got.Results {
		if r.Status != "applied" {
			return i, fmt.Errorf("a mutation was answered with %s: %v", r.Status, r.Error)
		}
		for _, record := range r.Records {
			p.versions[record.ID] = record.Version
			p.wrote[record.ID] = record.Version
		}
	}
	return n, nil
}

func (p *plain) mutation() object {
	p.made++
	id := fmt.Sprintf("%s-%d", p.name, p.made)
	m := object{"id": "m-" + id, "at": time.Now().UTC().Format(time.RFC3339Nano)}
	changed := fmt.Sprintf("%s-%d", p.name, p.made-20)
	if base := p.versions[changed]; p.made%3 == 0 && base != "" {
		m["ops"] = []object{{"op": "update", "model": "Item", "id": changed, "base": base, "data": object{"count": -p.made}}}
		return m
	}
	m["ops"] = []object{
		{"op": "create", "model": "Item", "id": id, "data": object{"title": "an item of " + p.name, "count": p.made}},
		{"op": "create", "model": "Part", "id": "p-" + id, "data": object{"name": "a part", "itemId": id}},
	}
	return m
}

// Pull takes in one page.
func (p *plain) Pull(ctx context.Context) (int, bool, error) {
	var got struct {
		Changes []struct {
			ID, Version string
			Deleted     bool
		}
		Checkpoint string
		More       bool
	}
	if err := p.post(ctx, "/pull", object{"checkpoint": p.checkpoint, "limit": 1000}, &got); err != nil {
		return 0, false, err
	}
	for _, c := range got.Changes {
		p.holds[c.ID] = c.Version
	}
	p.checkpoint = got.Checkpoint
	return len(got.Changes), got.More, nil
}

// Holds returns the versions that it holds.
func (p *plain) Holds() map[string]string { return p.holds }

// Wrote returns the versions that were acknowledged.
func (p *plain) Wrote() map[string]string { return p.wrote }

// End lets go of nothing.
func (p *plain) End() error { return nil }

func (p *plain) post(ctx context.Context, path string, body object, into any) error {
	body["protocol"], body["client"] = 1, p.name
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	answer, err := io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	if got.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d: %.200s", path, got.StatusCode, answer)
	}
	return json.Unmarshal(answer, into)
}
