// What journeys in JavaScript have in common: a case is done, and one line tells how it went.
'use strict';

// Whether the case passed. One that gives a text could not be done: the text says why.
async function passes(title, act) {
  const started = Date.now();
  try {
    const whyNot = await act();
    console.log(whyNot ? `skip ${title}: ${whyNot}` : `ok ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    console.log(`FAILED ${title}`);
    console.error(error);
    return false;
  }
}

module.exports = { passes };
