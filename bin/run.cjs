// Apart from cofferdam.cjs, because an old Node stops at the word `import` already when it reads the file.
'use strict';

var built = require('fs').existsSync(require('path').join(__dirname, '../dist/cli/main.js'));
import(built ? '../dist/cli/main.js' : '../src/cli/main.ts');
