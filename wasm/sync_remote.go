//go:build js && wasm

package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/replication"
)

// remote is the app's backend: functions of the page. Go puts what it wants of them
// into a list, which the page fetches when it is told of news; the page answers
// through granary_reply. It is a replication.Remote.
type remote struct {
	handle int32
	last   int32
	calls  map[int32]*call
	list   []byte // elements of a JSON array
}

// call is one that the page has not ended yet.
type call struct {
	replies chan reply
}

type reply struct {
	kind int32
	text []byte
}

// What the page can reply to a call, by number.
const (
	replyAnswer  = iota // the text is the answer
	replyRefusal        // an answer that was no success: {"status", "retryAfter", "body"}
	replyFailure        // nobody knows whether the server has heard: the text says why
	replyOpen           // the live channel is there; more comes
	replyNews           // it has told of something: a page, or nothing; more comes
	replyNoLive         // there is no such channel
)

// announce tells the page of news, by the handle below zero, which is no store's.
func (r *remote) announce() { news(-r.handle) }

// want adds an element to the list.
func (r *remote) want(number int32, kind string, request []byte) {
	r.list = appendSeparated(r.list, '{')
	r.list = appendNumberMember(r.list, "call", int(number))
	r.list = appendTextMember(r.list, "kind", kind)
	if request != nil {
		r.list = append(appendName(r.list, "body"), request...)
	}
	r.list = append(r.list, '}')
	r.announce()
}

func appendSeparated(list []byte, b byte) []byte {
	if len(list) > 0 {
		list = append(list, ',')
	}
	return append(list, b)
}

// take moves the list into a JSON array.
func (r *remote) take(dst []byte) []byte {
	dst = append(append(append(dst, '['), r.list...), ']')
	r.list = r.list[:0]
	return dst
}

// call has the page do something, and hands out what it replies until heard says
// that this was the last.
func (r *remote) call(ctx context.Context, kind string, request []byte, heard func(reply) (last bool)) error {
	r.last++
	number, c := r.last, &call{make(chan reply, 64)}
	r.calls[number] = c
	defer delete(r.calls, number)
	r.want(number, kind, request)
	for {
		select {
		case got := <-c.replies:
			if heard(got) {
				return nil
			}
		case <-ctx.Done():
			r.want(number, "cancel", nil)
			return &code.Error{Code: code.Unavailable, Op: "sync", Message: "the call was given up", Err: ctx.Err()}
		}
	}
}

func (r *remote) ask(ctx context.Context, kind string, request []byte) (answer []byte, err error) {
	failed := r.call(ctx, kind, request, func(got reply) bool {
		answer, err = got.text, failureOf(got)
		return true
	})
	if failed != nil {
		return nil, failed
	}
	return answer, err
}

// Pull has the page pull.
func (r *remote) Pull(ctx context.Context, request []byte) ([]byte, error) {
	return r.ask(ctx, "pull", request)
}

// Push has the page push.
func (r *remote) Push(ctx context.Context, request []byte) ([]byte, error) {
	return r.ask(ctx, "push", request)
}

// Live has the page listen.
func (r *remote) Live(ctx context.Context, checkpoint []byte, tell func(replication.News)) (err error) {
	if checkpoint == nil {
		checkpoint = []byte("null")
	}
	failed := r.call(ctx, "live", checkpoint, func(got reply) bool {
		switch got.kind {
		case replyOpen:
			tell(replication.News{Open: true})
		case replyNews:
			if len(got.text) == 0 {
				got.text = nil // a poke
			}
			tell(replication.News{Page: got.text})
		case replyNoLive:
			err = replication.ErrNoLive
		default:
			err = failureOf(got)
		}
		return got.kind != replyOpen && got.kind != replyNews
	})
	if failed != nil {
		return failed
	}
	return err
}

// token has the page get a new token.
func (r *remote) token(ctx context.Context) error {
	_, err := r.ask(ctx, "token", nil)
	return err
}

// decide has the page decide about a conflict.
func (r *remote) decide(ctx context.Context, e store.ConflictEvent) (store.Resolution, error) {
	text, err := r.ask(ctx, "conflict", appendConflict(nil, &e))
	if err != nil {
		return store.Resolution{}, err
	}
	members, err := parseObject(text)
	return store.Resolution{Policy: store.Policy(textOf(members["policy"])), Record: members["record"], Delete: string(members["delete"]) == "true"}, err
}

// failureOf is the error that a reply stands for, nil for an answer.
func failureOf(got reply) error {
	switch got.kind {
	case replyAnswer:
		return nil
	case replyRefusal:
		members, err := parseObject(got.text)
		status, _ := strconv.Atoi(string(members["status"]))
		if err != nil || status == 0 {
			break
		}
		refusal := &replication.Refusal{Status: status, RetryAfter: -1, Body: []byte(textOf(members["body"]))}
		if ms, err := strconv.ParseInt(string(members["retryAfter"]), 10, 64); err == nil {
			refusal.RetryAfter = ms
		}
		return refusal
	}
	return &code.Error{Code: code.Unavailable, Op: "sync", Message: "the server could not be reached", Err: errors.New(string(got.text))}
}

//go:wasmexport granary_reply
func exportReply(handle, op, number, kind, length int32) int32 {
	text := kept(length)
	return answer(handle, func(dst []byte) ([]byte, error) {
		if s := syncs[handle]; s != nil {
			if c := s.remote.calls[number]; c != nil {
				select {
				case c.replies <- reply{kind, text}:
				default: // more news than anybody takes: a pull finds them all
				}
			}
		}
		later(op, func(context.Context) ([]byte, error) { return []byte("{}"), nil })
		return dst, nil
	})
}
