// Package live keeps the answers of queries up to date. A View is not asked again
// when something changes: it is told which rows were touched, tests those and the
// rows that relations lead to from them, and takes them out or puts them in at
// their place by binary search.
//
// Nothing here is safe for concurrent use; the store calls it under its lock.
package live
