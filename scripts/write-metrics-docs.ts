import { writeFile } from 'node:fs/promises';
import { metricsDocs } from './metrics-docs.ts';

await writeFile(new URL('../docs/reference/metrics.md', import.meta.url), metricsDocs());
