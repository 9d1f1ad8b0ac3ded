// How the tests that are programs of Node tell what came of them, and end.

const SLOW = 500; // milliseconds from which the time of a test is told

/**
 * Prints one result after the other, so that all kinds of tests read alike: `report` one
 * that is there, `test` one that is to be found out, and `run` all of them.
 */
export function reporter() {
  let passed = 0;
  const failures = [];
  const print = ({ title, error, milliseconds }) => {
    console.log(`  ${error ? '✗' : '✓'} ${title}${milliseconds > SLOW ? ` (${Math.round(milliseconds)} ms)` : ''}`);
    if (error) console.log(`      ${error.replaceAll('\n', '\n      ')}`);
  };
  const report = (result) => {
    if (result.error) failures.push(result);
    else passed++;
    print(result);
  };

  const test = async (title, body) => {
    const start = performance.now();
    const error = await Promise.resolve().then(body).then(() => undefined, described);
    report({ title, error, milliseconds: performance.now() - start });
  };

  /**
   * Runs all tests, within so many seconds, and ends the program with what came of them.
   * What failed is told once more at the end, where a long log is read first.
   */
  const run = async (seconds, tests) => {
    setTimeout(() => {
      console.log(`the tests took more than ${seconds} seconds`);
      end(2);
    }, seconds * 1000).unref();
    await Promise.resolve().then(tests).catch((error) => report({ title: 'the tests could be run', error: described(error) }));
    end(failures.length > 0 || passed === 0 ? 1 : 0);
  };

  const end = (status) => {
    if (failures.length > 0) console.log('\nfailed');
    failures.forEach(print);
    console.log(`\n${passed} passed, ${failures.length} failed`);
    process.exit(status);
  };

  return { report, test, run, failed: () => failures.length > 0 };
}

const described = (error) => String(error?.stack ?? error);
