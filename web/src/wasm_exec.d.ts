// The runtime of the Go toolchain. It has no exports: it defines globalThis.Go.
export {};
