package store

import "time"

// Clock tells the time in milliseconds since 1970, UTC.
type Clock func() int64

// systemClock is the only place that asks the machine for the time.
func systemClock() int64 { return time.Now().UnixMilli() }

// timestamp is the JSON text of an AWSDateTime with milliseconds, in UTC.
func timestamp(milliseconds int64) []byte {
	return time.UnixMilli(milliseconds).UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z"`)
}
