package httpremote

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/granarydb/granary/store/replication"
)

var errLong = errors.New("an event of the live channel is too long")

// listen reads server-sent events and tells of each: of "changes" with its data, of
// all others, such as "poke", as a poke. Comments and empty events are passed over.
func listen(body io.Reader, tell func(replication.News)) error {
	lines := bufio.NewReaderSize(body, 64<<10)
	var event, data []byte
	some := false
	for {
		line, err := line(lines)
		if err != nil {
			return err
		}
		name, value, _ := bytes.Cut(line, []byte{':'})
		value = bytes.TrimPrefix(value, []byte{' '})
		switch {
		case len(line) == 0:
			if some {
				tell(news(event, data))
			}
			event, data, some = nil, nil, false
		case string(name) == "event":
			event, some = bytes.Clone(value), true
		case string(name) == "data":
			if some = true; data != nil {
				data = append(data, '\n')
			}
			if data = append(data, value...); len(data) > replication.MaxBody {
				return errLong
			}
		}
	}
}

// news is what an event tells.
func news(event, data []byte) replication.News {
	if string(event) == "changes" {
		return replication.News{Page: data}
	}
	return replication.News{}
}

// line reads one line, without its end. It may be used until the next.
func line(r *bufio.Reader) ([]byte, error) {
	part, err := r.ReadSlice('\n')
	whole := part
	for err == bufio.ErrBufferFull {
		whole = bytes.Clone(whole)
		if len(whole) > replication.MaxBody {
			return nil, errLong
		}
		part, err = r.ReadSlice('\n')
		whole = append(whole, part...)
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(whole, "\r\n"), nil
}
