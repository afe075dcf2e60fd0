#!/usr/bin/env node
// Written so that the oldest Node can read it and say what is missing, instead of failing on the syntax.
'use strict';

var NEEDED = Number(/\d+/.exec(require('../package.json').engines.node)[0]);

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  var found = process.version + ' (' + process.execPath + ')';
  var remedy = 'install a newer one, from your distribution or nodejs.org, and put it first in PATH';
  console.error('cofferdam: needs Node.js ' + NEEDED + ' or later, and this is ' + found + '; ' + remedy);
  process.exitCode = 2;
} else {
  require('./run.cjs');
}
