import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { errorText, FacefleetError } from '../../worker/errors/facefleet-error.ts';
import { printable } from '../../worker/errors/printable.ts';
import { checkBus } from './check-bus.ts';
import { clusterRequest } from './cluster-extraction.ts';
import { type ClusterOptions, clusterJob } from './cluster-job.ts';
import { EXIT } from './exit-codes.ts';
import { progressView } from './progress.ts';
import { progressMode, reportExtraction } from './report-extraction.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { supervise } from './supervise.ts';

/** `facefleet cluster run SOURCE OUTPUT`: makes the job, runs it in child processes and reports; sets the exit code. */
export async function runCluster(
  source: string | undefined,
  output: string | undefined,
  given: ClusterOptions,
  command: Command,
): Promise<void> {
  checkOptions(given);
  const isGiven = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
  const request = await clusterRequest(source, output, given, isGiven);
  const { options } = request;
  const startedMs = Date.now();
  const stopping = stopOnSignals();
  const folder = await mkdtemp(join(tmpdir(), 'facefleet-job-'));
  // a second Ctrl-C ends the process at once
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const job = await clusterJob(request, stopping.signal);
    await checkBus(job, stopping.signal);
    const jobFile = join(folder, 'job.json');
    const text = `${JSON.stringify(job, null, 2)}\n`;
    await writeFile(jobFile, text);
    if (options.jobFile !== undefined) await writeFile(options.jobFile, text);
    const view = progressView(progressMode(options), startedMs);
    const summary = await supervise(job, {
      jobFile,
      logLevel: options.logLevel,
      signal: stopping.signal,
      onProgress: (state) => view.update(state),
      onFailure: ({ key, code, message }) => {
        if (options.output === 'json')
          process.stdout.write(`${JSON.stringify({ event: 'failure', key, code, message })}\n`);
        else view.say(`${printable(key)}: ${message}`);
      },
      say: (line) => view.say(line),
    }).finally(() => view.close());
    reportExtraction(summary, request.output.address, options, (Date.now() - startedMs) / 1000);
  } catch (error) {
    if (stopping.signal.aborted && error === stopping.signal.reason) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    if (options.output === 'json') {
      const code = error instanceof FacefleetError ? error.code : null;
      process.stdout.write(`${JSON.stringify({ event: 'failed', code, message: errorText(error) })}\n`);
    }
    throw error;
  } finally {
    stopping.release();
    process.off('exit', remove);
    await rm(folder, { recursive: true, force: true });
  }
}

function checkOptions({ workers, plan, fromAlignments, contactSheet }: ClusterOptions): void {
  const fault = (text: string): never => {
    throw new FacefleetError('FF5001', text);
  };
  if (workers !== undefined && plan !== undefined) fault('give either --workers or --plan');
  if (fromAlignments !== undefined) fault('--from-alignments is for `facefleet extract`');
  if (contactSheet !== undefined) fault('--contact-sheet is for `facefleet extract`');
}
