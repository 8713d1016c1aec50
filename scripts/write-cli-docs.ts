import { writeFile } from 'node:fs/promises';
import { cliDocs } from './cli-docs.ts';

await writeFile(new URL('../docs/reference/cli.md', import.meta.url), await cliDocs());
