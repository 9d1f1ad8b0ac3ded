// How long the page's thread was not to be had: the longest that a timer of 4 ms came
// late. A user's click would have waited as long.

const EVERY = 4; // milliseconds, the least that a browser grants a repeated timer

/** Starts to watch; what it gives ends that and gives milliseconds. */
export function watchThread() {
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - EVERY);
    last = now;
  };
  const timer = setInterval(look, EVERY);
  return async () => {
    await new Promise((resolve) => setTimeout(resolve)); // the block that ends with the work is seen, too
    look();
    clearInterval(timer);
    return longest;
  };
}
