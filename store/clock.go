package store

import "time"

// Clock tells the time in milliseconds since 1970, UTC.
type Clock func() int64

// systemClock is the only place that asks the machine for the time.
func systemClock() int64 { return time.Now().UnixMilli() }

// timestamp is the JSON text of an AWSDateTime with milliseconds, in UTC. Years
// outside of 0 to 9999 become these. Package time would do it too, and weigh 6 kB
// more in the page.
func timestamp(milliseconds int64) []byte {
	const day, first, last = 86_400_000, -62_167_219_200_000, 253_402_300_799_999
	since := uint64(min(max(milliseconds, first), last) - first)
	year, month, date := civil(since / day)
	out := append(make([]byte, 0, 26), '"')
	out = append(appendDigits(out, year, 4), '-')
	out = append(appendDigits(out, month, 2), '-')
	out = append(appendDigits(out, date, 2), 'T')
	out = append(appendDigits(out, since/3_600_000%24, 2), ':')
	out = append(appendDigits(out, since/60_000%60, 2), ':')
	out = append(appendDigits(out, since/1000%60, 2), '.')
	return append(appendDigits(out, since%1000, 3), 'Z', '"')
}

// civil returns the date that is days after 0000-01-01, in the Gregorian calendar.
func civil(days uint64) (year, month, date uint64) {
	// Years are counted from March here, so that a leap day ends one; 306 days from
	// March to December make the first of them begin in the year before 0, and 400
	// years, of 146,097 days, make that positive.
	days += 306 + 146_097 - 366
	era, days := days/146_097, days%146_097
	year = (days - days/1460 + days/36_524 - days/146_096) / 365
	days -= 365*year + year/4 - year/100
	month = (5*days + 2) / 153
	date = days - (153*month+2)/5 + 1
	year += 400*era - 400
	if month < 10 {
		return year, month + 3, date
	}
	return year + 1, month - 9, date
}

func appendDigits(dst []byte, n uint64, digits int) []byte {
	at := len(dst)
	dst = append(dst, "0000"[:digits]...)
	for i := digits - 1; i >= 0; i-- {
		dst[at+i] += byte(n % 10)
		n /= 10
	}
	return dst
}
