import { writeFile } from 'node:fs/promises';
import { architecture } from './architecture.ts';

await writeFile(new URL('../docs/architecture.svg', import.meta.url), architecture());
