import { readFile, writeFile } from 'node:fs/promises';
import { chartReadme } from './chart-docs.ts';

const chart = new URL('../charts/facefleet/', import.meta.url);
const readme = new URL('README.md', chart);
const values = await readFile(new URL('values.yaml', chart), 'utf8');
await writeFile(readme, chartReadme(await readFile(readme, 'utf8'), values));
