import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureSamples } from '../../models/samples.ts';
import { decodeRecord } from '../../worker/formats/decode-record.ts';
import { contactSheet, type SheetFace } from './contact-sheet.ts';
import { extractCommand } from './extract-command.ts';

const OUTPUT = 'facefleet-demo';
const SHEET = 'contact-sheet.png';

/** Runs the main job on six sample photos and draws a contact sheet of what it found. */
export async function demo(): Promise<void> {
  const samples = await ensureSamples({
    onFetch: () =>
      process.stderr.write('fetching six sample photos from @vladmandic/face-api@1.7.15 (MIT)\n'),
  });
  process.stderr.write(`facefleet extract ${samples} ${OUTPUT}\n`);
  await extractCommand().exitOverride().parseAsync([samples, OUTPUT], { from: 'user' });
  if (process.exitCode) return;
  const alignments = join(OUTPUT, 'alignments.jsonl');
  const faces: SheetFace[] = [];
  for await (const line of createInterface({ input: createReadStream(alignments) })) {
    for (const face of decodeRecord(line, alignments).faces) {
      if (face.crop !== null) faces.push({ face, crop: await readFile(join(OUTPUT, face.crop)) });
    }
  }
  await writeFile(join(OUTPUT, SHEET), await contactSheet(faces, 'extended'));
  process.stdout.write(`
Look at
  ${OUTPUT}/${SHEET}   the ${faces.length} faces with landmarks and masks
  ${OUTPUT}/faces/              the crops
  ${OUTPUT}/alignments.jsonl    boxes, landmarks, pose and masks, one line per photo
Run next
  npm start -- extract <folder, photo or video> <output folder>
  npm start -- extract --help
`);
}
