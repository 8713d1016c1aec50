import { basename, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { writeFileAtOnce } from '../../worker/alignments/write-file.ts';
import { openOutputPlace } from '../../worker/conductor/verify/output-place.ts';
import { FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { printable } from '../../worker/errors/printable.ts';
import { parseStoreAddress } from '../../worker/store/store-address.ts';
import { gatherReport } from '../report/gather-report.ts';
import { reportPage } from '../report/page/page.ts';
import type { Report } from '../report/report.ts';
import { counted } from './counted.ts';
import { progressLine } from './progress-line.ts';
import { stateText } from './state-text.ts';
import { writeAll } from './write-all.ts';

export interface ReportCommandOptions {
  readonly to?: string;
  readonly faces: number;
  readonly force: boolean;
  readonly output: 'text' | 'json';
}

/**
 * Makes a report of an output and says what is in it.
 * @throws FacefleetError see `openOutputPlace` and `gatherReport`; FF4001 and FF4007 for a bad file
 */
export async function runReport(address: string, options: ReportCommandOptions): Promise<void> {
  const { to = defaultName(address), faces, force, output } = options;
  if (to === '') throw new FacefleetError('FF5001', 'the name of the file is empty');
  const place = await openOutputPlace(address);
  const view = progressLine();
  let bytes = 0;
  let report: Report | undefined;
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    const { holder, ...gathered } = await gatherReport(place, {
      faces,
      onProgress: ({ results, drawn, toDraw }) =>
        view.update(() => `${results} results${toDraw > 0 ? `, ${drawn} of ${toDraw} faces drawn` : ''}`),
    });
    report = {
      ...gathered,
      output: address,
      stateText: stateText({ state: gathered.state, holder }),
      writtenAt: new Date().toISOString(),
      facefleet: packageJson.version,
    };
    for (const text of reportPage(report)) {
      const piece = Buffer.from(text);
      bytes += piece.length;
      yield piece;
    }
  };
  await writeFileAtOnce(to, pieces(), force).finally(view.close);
  const { state, counts, faces: shown, damaged } = report!;
  const text =
    output === 'json'
      ? JSON.stringify({ output: address, report: to, bytes, state, ...counts, shown: shown.length, damaged })
      : sentence(report!, to, bytes);
  await writeAll([`${text}\n`]);
}

function sentence({ counts, faces, damaged }: Report, to: string, bytes: number): string {
  const { frames, faces: all, failed } = counts;
  const which = faces.length === all ? '' : ` (${faces.length} shown)`;
  const unread = damaged > 0 ? `, ${counted(damaged, 'result')} could not be read` : '';
  const content = `${counted(frames, 'frame')}, ${counted(all, 'face')}${which}, ${failed} failed${unread}`;
  return printable(`${content}: ${to}, ${(bytes / 1e6).toFixed(1)} MB`);
}

/** `faces-out` → `faces-out-report.html`. */
function defaultName(address: string): string {
  const place = parseStoreAddress(address);
  const name = place.kind === 'dir' ? basename(resolve(place.path)) : basename(place.prefix || place.bucket);
  return `${name || 'facefleet'}-report.html`;
}
