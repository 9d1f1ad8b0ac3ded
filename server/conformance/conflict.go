package conformance

import "fmt"

func checkMerge(p *probe) error {
	id := p.key("a")
	base, err := p.item(id, object{"title": "old", "note": "old"})
	if err != nil {
		return err
	}
	if _, err = p.apply(mutate(update("Item", id, base, object{"title": "new"}))); err != nil {
		return err
	}
	late, err := p.push(mutate(update("Item", id, base, object{"note": "new"})))
	if err != nil {
		return err
	}
	switch r := late[0]; {
	case r.Status == "conflict":
		return absent("the server does not merge Items")
	case r.Status != "applied":
		return fmt.Errorf("the late change was answered with %q%s", r.Status, r.why())
	case r.of(id).Data == nil:
		return fmt.Errorf("the server merged, and the result has no data")
	case r.of(id).Data["title"] != "new":
		return fmt.Errorf("the data of the result lack the other client's change")
	}
	if err = p.requireStored(id, "title", "new"); err != nil {
		return fmt.Errorf("the first change was lost: %w", err)
	}
	return p.requireStored(id, "note", "new")
}

func checkNoBase(p *probe) error {
	for _, model := range []string{"Item", "Ledger"} {
		field := map[string]string{"Item": "title", "Ledger": "text"}[model]
		id := p.key(model)
		if _, err := p.apply(mutate(create(model, id, object{field: "1"})), mutate(update(model, id, "", object{field: "2"})),
			mutate(update(model, id, "", object{field: "3"}))); err != nil {
			return err
		}
		if err := p.requireStored(id, field, "3"); err != nil {
			return err
		}
	}
	return nil
}

func checkStrict(p *probe) error {
	id := p.key("a")
	made, err := p.apply(mutate(create("Ledger", id, object{"text": "1"})))
	if err != nil {
		return err
	}
	base := made[0].of(id).Version
	present, err := p.apply(mutate(update("Ledger", id, base, object{"text": "2"})))
	if err != nil {
		return err
	}
	stale := mutate(update("Ledger", id, base, object{"text": "stale"}))
	for range 2 {
		results, err := p.push(stale)
		if err != nil {
			return err
		}
		r := results[0]
		if r.Status == "applied" {
			return absent("the server has no strict models, or Ledger is none")
		}
		if got := r.of(id); r.Status != "conflict" || got.Data == nil || got.Version != present[0].of(id).Version {
			return fmt.Errorf("a stale base was answered with %q; it has to be \"conflict\" with the record and its version", r.Status)
		}
		if err = expect(r.of(id), "text", "2"); err != nil {
			return err
		}
	}
	return p.requireStored(id, "text", "2")
}

func checkChain(p *probe) error {
	id := p.key("a")
	first := mutate(create("Ledger", id, object{"text": "1"}))
	second := mutate(update("Ledger", id, "@"+first.ID, object{"text": "2"}))
	results, err := p.apply(first, second)
	if err != nil {
		return fmt.Errorf("in one push: %w", err)
	}
	third := mutate(update("Ledger", id, "@"+second.ID, object{"text": "3"}))
	if _, err = p.apply(third); err != nil {
		return fmt.Errorf("in the next push: %w", err)
	}
	results, err = p.push(mutate(update("Ledger", id, "@"+first.ID, object{"text": "stale"})))
	if err != nil {
		return err
	}
	if results[0].Status == "applied" {
		return absent("Ledger is not strict here, so what a base means is not seen")
	}
	if results[0].Status != "conflict" {
		return fmt.Errorf("a base that was overtaken was answered with %q", results[0].Status)
	}
	return p.requireStored(id, "text", "3")
}

func checkDelete(p *probe) error {
	id := p.key("a")
	version, err := p.item(id, object{"title": "x"})
	if err != nil {
		return err
	}
	from, err := p.now()
	if err != nil {
		return err
	}
	if _, err = p.apply(mutate(remove("Item", id, version))); err != nil {
		return err
	}
	found, err := p.since(query{checkpoint: from})
	if err != nil {
		return err
	}
	if got := found[id]; !got.Deleted || got.Version == "" {
		return fmt.Errorf("the deletion is not pulled as deleted: true with a version")
	}
	if _, err = p.apply(mutate(remove("Item", id, version))); err != nil {
		return fmt.Errorf("the second deletion: %w", err)
	}
	late, err := p.push(mutate(update("Item", id, version, object{"title": "back"})))
	if err != nil {
		return err
	}
	if s := late[0].Status; s != "conflict" && s != "rejected" {
		return fmt.Errorf("an update of what is deleted was answered with %q; it has to be final", s)
	}
	if found, err = p.since(query{checkpoint: from}); err != nil {
		return err
	}
	if !found[id].Deleted {
		return fmt.Errorf("an update brought a deleted record back")
	}
	if _, err = p.apply(mutate(create("Item", id, object{"title": "anew"}))); err != nil {
		return fmt.Errorf("a record that is made anew under its key: %w", err)
	}
	return p.requireStored(id, "title", "anew")
}

func checkReference(p *probe) error {
	results, err := p.push(mutate(create("Part", p.key("part"), object{"itemId": p.key("none"), "name": "x"})))
	if err != nil {
		return err
	}
	switch r := results[0]; r.Status {
	case "applied":
		return absent("the server does not look at references")
	case "rejected", "conflict":
	default:
		return fmt.Errorf("a reference that leads nowhere was answered with %q", r.Status)
	}
	item, part := p.key("item"), p.key("child")
	if _, err = p.apply(mutate(create("Item", item, nil)), mutate(create("Part", part, object{"itemId": item}))); err != nil {
		return err
	}
	if results, err = p.push(mutate(remove("Item", item, ""))); err != nil {
		return err
	}
	found, err := p.since(query{})
	if err != nil {
		return err
	}
	if child := found[part]; found[item].Deleted && child.ID != "" && !child.Deleted {
		return fmt.Errorf("an Item was deleted, and the Part that cannot be without it is still there")
	}
	return nil
}
