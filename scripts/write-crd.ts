import { mkdir, writeFile } from 'node:fs/promises';
import { crdFile } from './crd.ts';

const file = new URL('../charts/facefleet/files/extractions.facefleet.dev.yaml', import.meta.url);
await mkdir(new URL('.', file), { recursive: true });
await writeFile(file, crdFile());
