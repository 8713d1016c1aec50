/** What a lane is called on a NATS server: its own stream with one durable consumer. */
export interface LaneNames {
  readonly stream: string;
  readonly subject: string;
  readonly consumer: string;
}

/** Subjects and streams begin with the uid, so that extractions never meet; neither part can hold the separators. */
export function laneNames(extraction: string, lane: string): LaneNames {
  return {
    stream: `facefleet_${extraction}_${lane}`,
    subject: `facefleet.${extraction}.lane.${lane}`,
    consumer: 'worker',
  };
}

/** The name of the lane of a stream, or null when it is none of the extraction's. */
export function laneOfStream(extraction: string, stream: string): string | null {
  const prefix = `facefleet_${extraction}_`;
  return stream.startsWith(prefix) ? stream.slice(prefix.length) : null;
}

export function topicSubject(extraction: string, topic: string): string {
  return `facefleet.${extraction}.say.${topic}`;
}
