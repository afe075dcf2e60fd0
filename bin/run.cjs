// Apart from cofferdam.cjs, because an old Node stops at the word `import` already when it reads the file.
'use strict';

import('../dist/cli/main.js');
