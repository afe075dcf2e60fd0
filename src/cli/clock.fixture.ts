/**
 * Loaded before the program (`node --import`), it stops the clock at `COFFERDAM_TEST_TIME`, so that documents with times
 * in them can be executed.
 *
 * @module
 */

const stopped = Date.parse(process.env.COFFERDAM_TEST_TIME ?? '');
if (Number.isNaN(stopped)) throw new Error('COFFERDAM_TEST_TIME is no time');
Date.now = () => stopped;
