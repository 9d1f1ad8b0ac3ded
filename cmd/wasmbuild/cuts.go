package main

const (
	safejs  = "github.com/hack-pad/safejs"
	indexed = "github.com/hack-pad/go-indexeddb/idb"
)

// cuts are made when the engine is compiled.
var cuts = []cut{
	{"formatted messages of go-indexeddb", []edit{
		{safejs + "/internal/stackerr", "stackError.Format", "4f8083a4", removed},
		{safejs + "/internal/stackerr", "stacktrace.String", "fa7e3c02", removed},
		{safejs + "/internal/catch", "recoverValueToError", "658a9644", `
	switch value := value.(type) {
	case nil:
		return nil
	case error:
		return value
	case js.Value:
		return js.Error{Value: value}
	case string:
		return errors.New(value)
	}
	return errors.New("a panic whose value is no error")
`},
		{safejs, "Value.InstanceOf", "6bc01709", `
	if t.Type() != TypeFunction {
		return false, errors.New("invalid type for instanceof: " + t.Type().String())
	}
	prototype, err := t.Get("prototype")
	if err != nil {
		return false, err
	} else if prototype.Type() != TypeObject {
		return false, errors.New("invalid constructor type for instanceof: " + prototype.Type().String())
	}
	return catch.Try(func() bool {
		return v.jsValue.InstanceOf(t.jsValue)
	})
`},
		{indexed, "openDBListenSuccess", "872ee768", `
	jsDB, err := req.result()
	if err != nil {
		return err
	}
	versionChange, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) interface{} {
		_, closeErr := jsDB.Call("close")
		if closeErr != nil {
			println("Error closing DB:", closeErr.Error())
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = jsDB.Call(addEventListener, "versionchange", versionChange)
	return tryAsDOMException(err)
`},
		{indexed, "openDBUpgradeNeeded", "09ce0be2", `
	event := args[0]
	jsDatabase, err := req.result()
	if err != nil {
		return err
	}
	db := wrapDatabase(jsDatabase)
	oldVersionValue, err := event.Get("oldVersion")
	if err != nil {
		return err
	}
	oldVersion, err := oldVersionValue.Int()
	if err != nil {
		return err
	}
	newVersionValue, err := event.Get("newVersion")
	if err != nil {
		return err
	}
	newVersion, err := newVersionValue.Int()
	if err != nil {
		return err
	}
	if oldVersion < 0 || newVersion < 0 {
		return errors.New("Unexpected negative oldVersion or newVersion")
	}
	return upgrader(db, uint(oldVersion), uint(newVersion))
`},
		{indexed, "recoveryToError", "aa5b01a8", `
	switch val := r.(type) {
	case nil:
		return nil
	case error:
		return val
	case js.Value:
		return js.Error{Value: val}
	case string:
		return errors.New(val)
	}
	return errors.New("a panic whose value is no error")
`},
		{indexed, "Request.listen", "63c0bcaa", `
	ctx, cancel := context.WithCancel(ctx)
	panicHandler := func(err error) {
		println("Failed resolving request results:", err.Error())
		txn, err := r.Transaction()
		if err == nil {
			_ = txn.Abort()
		}
		cancel()
		ignorePanic(failed) // helps the listener to cancel the outer context
	}

	if failed != nil {
		errFunc, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) interface{} {
			defer catchHandler(panicHandler)
			failed()
			cancel()
			return nil
		})
		if err != nil {
			panic(err)
		}
		_, err = r.jsRequest.Call(addEventListener, "error", errFunc)
		if err != nil {
			return tryAsDOMException(err)
		}
		go func() {
			<-ctx.Done()
			_, err := r.jsRequest.Call(removeEventListener, "error", errFunc)
			if err != nil {
				panic(err)
			}
			errFunc.Release()
		}()
	}
	if success != nil {
		successFunc, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) interface{} {
			defer catchHandler(panicHandler)
			success()
			// don't cancel ctx here, need to allow multiple values for cursors
			return nil
		})
		if err != nil {
			panic(err)
		}
		_, err = r.jsRequest.Call(addEventListener, "success", successFunc)
		if err != nil {
			return tryAsDOMException(err)
		}
		go func() {
			<-ctx.Done()
			_, err := r.jsRequest.Call(removeEventListener, "success", successFunc)
			if err != nil {
				panic(err)
			}
			successFunc.Release()
		}()
	}
	return nil
`},
	}},
}
