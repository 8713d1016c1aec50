import { mkdir, writeFile } from 'node:fs/promises';
import { extractionDocs } from './extraction-docs.ts';

const file = new URL('../docs/reference/extraction.md', import.meta.url);
await mkdir(new URL('.', file), { recursive: true });
await writeFile(file, extractionDocs());
