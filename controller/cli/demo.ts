import { join } from 'node:path';
import { ensureSamples } from '../../models/samples.ts';
import { announceSamples } from './announce-fetch.ts';
import { extractCommand } from './extract-command.ts';

const OUTPUT = 'facefleet-demo';
const SHEET = 'contact-sheet.png';

/** Runs the main job on six sample photos and draws a contact sheet of what it found. */
export async function demo(): Promise<void> {
  const samples = await ensureSamples({ onFetch: announceSamples });
  process.stderr.write(`facefleet extract ${samples} ${OUTPUT}\n`);
  const sheet = join(OUTPUT, SHEET);
  await extractCommand()
    .exitOverride()
    .parseAsync([samples, OUTPUT, '--contact-sheet', sheet], { from: 'user' });
  if (process.exitCode) return;
  process.stdout.write(`
Look at
  ${sheet}   the faces with landmarks and masks
  ${OUTPUT}/faces/              the crops
  ${OUTPUT}/alignments.jsonl    boxes, landmarks, pose and masks, one line per photo
Run next
  npm start -- extract <folder, photo or video> <output folder>
  npm start -- extract --help
`);
}
