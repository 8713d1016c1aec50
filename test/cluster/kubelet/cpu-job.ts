import { gunzipSync, gzipSync } from 'node:zlib';

interface JobWorker {
  providers: string[];
  threads: number;
  deviceId?: number;
}

/**
 * A file of a job's ConfigMap as the test kubelet mounts it: fake nodes have no GPUs, so the networks of every worker run on the CPU, by one
 * thread each, which gives the bytes that a local run on the CPU gives. Lanes, batches and frames in work are what the job says. Other
 * files stay as they are.
 */
export function cpuJob(file: string, content: Buffer): Buffer {
  switch (file) {
    case 'job.json':
      return Buffer.from(onCpu(content.toString('utf8')));
    case 'job.json.gz':
      return gzipSync(onCpu(gunzipSync(content).toString('utf8')));
    default:
      return content;
  }
}

function onCpu(text: string): string {
  const job = JSON.parse(text) as { passes: { stages: { workers: JobWorker[] }[] }[] };
  for (const { stages } of job.passes) {
    for (const worker of stages.flatMap(({ workers }) => workers)) {
      worker.providers = ['cpu'];
      worker.threads = 1;
      delete worker.deviceId;
    }
  }
  return JSON.stringify(job);
}
