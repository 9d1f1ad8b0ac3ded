package conformance

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"
)

// several makes n Items, a mutation each, and returns their keys in order.
func (p *probe) several(n int) ([]string, error) {
	keys := make([]string, n)
	list := make([]mutation, n)
	for i := range n {
		keys[i] = p.key(fmt.Sprintf("s%03d", i))
		list[i] = mutate(create("Item", keys[i], object{"count": float64(i)}))
	}
	_, err := p.apply(list...)
	return keys, err
}

func (p *probe) own(c record) bool { return strings.HasPrefix(c.ID, "k-"+p.run) }

func checkPages(p *probe) error {
	from, err := p.now()
	if err != nil {
		return err
	}
	keys, err := p.several(10)
	if err != nil {
		return err
	}
	if _, err = p.apply(mutate(update("Item", keys[0], "", object{"title": "again"}))); err != nil {
		return err
	}
	want := append(append([]string{}, keys[1:]...), keys[0])
	var got []string
	pages := 0
	_, err = p.rest(query{checkpoint: from, limit: 3}, func(g page) error {
		if pages++; len(g.Changes) > 3 {
			return fmt.Errorf("a page has %d changes, where limit is 3", len(g.Changes))
		}
		for _, c := range g.Changes {
			if p.own(c) {
				got = append(got, c.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("10 records were made and the first was changed; in pages came %s", places(keys, got))
	}
	if pages < 4 {
		return fmt.Errorf("10 changes came in %d pages of 3", pages)
	}
	return nil
}

// places names keys by their place in a list.
func places(keys, got []string) string {
	var out []string
	for _, id := range got {
		for i, key := range keys {
			if key == id {
				out = append(out, fmt.Sprint(i+1))
			}
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

func checkResume(p *probe) error {
	from, err := p.now()
	if err != nil {
		return err
	}
	if _, err = p.several(6); err != nil {
		return err
	}
	first, err := p.pull(query{checkpoint: from, limit: 4})
	if err != nil {
		return err
	}
	again, err := p.pull(query{checkpoint: from, limit: 4})
	if err != nil {
		return err
	}
	if len(first.Changes) == 0 || !reflect.DeepEqual(ids(first.Changes), ids(again.Changes)) {
		return fmt.Errorf("the same checkpoint gave %d changes, and %d others when it was asked again", len(first.Changes), len(again.Changes))
	}
	seen := map[string]bool{}
	for _, c := range first.Changes {
		seen[c.ID] = true
	}
	for range 2 {
		rest, err := p.since(query{checkpoint: first.Checkpoint, limit: 4})
		if err != nil {
			return err
		}
		for id := range rest {
			if seen[id] {
				return fmt.Errorf("a change came again behind its page, though nothing had changed")
			}
		}
		if mine := len(seen) + len(rest); mine < 6 {
			return fmt.Errorf("6 records were made, and %d were pulled", mine)
		}
	}
	return nil
}

func ids(list []record) (out []string) {
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

func checkTogether(p *probe) error {
	from, err := p.now()
	if err != nil {
		return err
	}
	var list []mutation
	const families = 8
	for i := range families {
		item := p.key(fmt.Sprint("item", i))
		list = append(list, mutate(create("Item", item, nil), create("Part", p.key(fmt.Sprint("part", i)), object{"itemId": item})))
	}
	if _, err = p.apply(list...); err != nil {
		return err
	}
	for _, limit := range []int{1, 3, 0} {
		found, err := p.since(query{checkpoint: from, limit: limit})
		if err != nil {
			return err
		}
		for i := range families {
			item, part := p.key(fmt.Sprint("item", i)), p.key(fmt.Sprint("part", i))
			if found[item].ID == "" || found[part].ID == "" {
				return fmt.Errorf("an Item and its Part were made in one mutation; pulled with limit %d came Item: %v, Part: %v",
					limit, found[item].ID != "", found[part].ID != "")
			}
		}
	}
	return nil
}

func checkModels(p *probe) error {
	from, err := p.rest(query{models: []string{"Item"}}, nil)
	if err != nil {
		return err
	}
	if _, err = p.apply(mutate(create("Item", p.key("i"), nil), create("Ledger", p.key("l"), nil))); err != nil {
		return err
	}
	found, err := p.since(query{checkpoint: from, models: []string{"Item"}})
	if err != nil {
		return err
	}
	if found[p.key("i")].ID == "" {
		return fmt.Errorf("the model that was asked for is not sent")
	}
	if found[p.key("l")].ID != "" {
		return fmt.Errorf("a Ledger was sent, where Item alone was asked for")
	}
	if from, err = p.rest(query{checkpoint: from}, nil); err != nil {
		return err
	}
	if found, err = p.since(query{checkpoint: from}); err != nil {
		return err
	}
	return nil
}

func checkNull(p *probe) error {
	kept, gone := p.key("kept"), p.key("gone")
	if _, err := p.apply(mutate(create("Item", kept, nil)), mutate(create("Item", gone, nil)), mutate(remove("Item", gone, ""))); err != nil {
		return err
	}
	there := false
	_, err := p.rest(query{}, func(g page) error {
		for _, c := range g.Changes {
			if c.ID == gone && !c.Deleted {
				return fmt.Errorf("a deleted record was sent as if it were there")
			}
			there = there || c.ID == kept && !c.Deleted && c.Data != nil
		}
		return nil
	})
	if err == nil && !there {
		return fmt.Errorf("a record that is there was not sent")
	}
	return err
}

// checkWait holds a pull, and pushes meanwhile.
func checkWait(p *probe) error {
	from, err := p.now()
	if err != nil {
		return err
	}
	began := time.Now()
	empty, err := p.pull(query{checkpoint: from, wait: 1})
	if err != nil {
		return err
	}
	if len(empty.Changes) == 0 && time.Since(began) < 500*time.Millisecond {
		return absent("the server does not hold a pull")
	}
	if from, err = p.now(); err != nil {
		return err
	}
	type outcome struct {
		got  page
		err  error
		took time.Duration
	}
	wait := max(2, p.config.Patience.Seconds()*0.8)
	held := make(chan outcome, 1)
	go func() {
		began := time.Now()
		got, err := p.pull(query{checkpoint: from, wait: wait})
		held <- outcome{got, err, time.Since(began)}
	}()
	select {
	case early := <-held:
		if early.err != nil {
			return early.err
		}
		return fmt.Errorf("a pull that was to wait %.0f s for news was answered without any", wait)
	case <-time.After(300 * time.Millisecond): // it is held by now
	}
	id := p.key("news")
	if _, err = p.item(id, nil); err != nil {
		return err
	}
	o := <-held
	if o.err != nil {
		return o.err
	}
	for _, c := range o.got.Changes {
		if c.ID == id {
			if o.took.Seconds() > wait*0.9 {
				return fmt.Errorf("the news came when the time was over, after %s, not when it was pushed", o.took.Round(time.Millisecond))
			}
			return nil
		}
	}
	return fmt.Errorf("the pull was answered after %s without the news", o.took.Round(time.Millisecond))
}

// checkConcurrent pulls while several clients push. If a lower version can become
// visible behind a higher one, it is missed sooner or later.
func checkConcurrent(p *probe) error {
	const clients, each = 6, 25
	from, err := p.now()
	if err != nil {
		return err
	}
	failures := make(chan error, clients)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for i := range each {
				ops := []op{create("Item", p.key(fmt.Sprintf("%d-%d", c, i)), nil)}
				for n := range i % 5 { // transactions of several lengths
					ops = append(ops, create("Ledger", p.key(fmt.Sprintf("%d-%d-%d", c, i, n)), nil))
				}
				if _, err := p.apply(mutate(ops...)); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	seen, versions := map[string]bool{}, map[string]bool{}
	for last := false; !last; {
		select {
		case err := <-failures:
			return err
		case <-done:
			last = true
		default:
		}
		from, err = p.rest(query{checkpoint: from}, func(g page) error {
			for _, c := range g.Changes {
				if versions[c.ID+" "+c.Version] {
					return fmt.Errorf("version %q of a record came twice", c.Version)
				}
				versions[c.ID+" "+c.Version] = true
				seen[c.ID] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	missed := 0
	for c := range clients {
		for i := range each {
			if !seen[p.key(fmt.Sprintf("%d-%d", c, i))] {
				missed++
			}
		}
	}
	if missed > 0 {
		return fmt.Errorf("%d of %d changes were never pulled: a lower version became visible behind a higher one", missed, clients*each)
	}
	return nil
}

func checkScope(p *probe) error {
	mine, other := object{"group": p.key("mine")}, p.key("other")
	first := query{scope: mine}
	a, err := p.send(http.MethodPost, "/pull", encode(p.body(first)), nil)
	if err != nil {
		return err
	}
	if a.status >= 400 && a.status < 500 {
		return absent("the server takes no scope of group")
	}
	leaves, never, deleted := p.key("leaves"), p.key("never"), p.key("deleted")
	if _, err = p.apply(mutate(create("Item", leaves, mine), create("Item", deleted, mine), create("Item", never, object{"group": other}))); err != nil {
		return err
	}
	p.from = ""
	found := map[string]record{}
	from, err := p.rest(first, func(g page) error {
		for _, c := range g.Changes {
			found[c.ID] = c
		}
		return nil
	})
	if err != nil {
		return err
	}
	if found[leaves].Data == nil {
		return fmt.Errorf("a record of the scope was not sent")
	}
	if found[never].ID != "" {
		return fmt.Errorf("a record outside of the scope was sent")
	}
	if _, err = p.apply(mutate(update("Item", leaves, "", object{"group": other})), mutate(remove("Item", deleted, ""))); err != nil {
		return err
	}
	if found, err = p.since(query{checkpoint: from, scope: mine}); err != nil {
		return err
	}
	if got := found[leaves]; !got.Gone || got.Data != nil {
		return fmt.Errorf("a record left the scope, and was not pulled as gone: true")
	}
	if !found[deleted].Deleted {
		return fmt.Errorf("a record of the scope was deleted, and was not pulled as deleted: true")
	}
	if found[never].ID != "" {
		return fmt.Errorf("a record outside of the scope was sent")
	}
	return nil
}

func checkForeign(p *probe) error {
	if _, err := p.item(p.key("a"), nil); err != nil {
		return err
	}
	for _, text := range []string{"nonsense", "999999999999", "-1", "0x7f.0.0", strings.Repeat("9", 300), "null"} {
		a, err := p.send(http.MethodPost, "/pull", encode(p.body(query{checkpoint: text})), nil)
		if err != nil {
			return err
		}
		var got struct {
			Reset bool `json:"reset"`
		}
		_ = decode(a.body, &got)
		switch {
		case a.status == http.StatusOK && got.Reset, a.status == http.StatusConflict && got.Reset:
		case a.status >= 400 && a.status < 500 && a.status != http.StatusConflict && a.code() != "":
		default:
			return fmt.Errorf("the checkpoint %.20q was answered with %d: %.120s; it has to be 409 or a page, with reset: true", text, a.status, a.body)
		}
	}
	return nil
}
