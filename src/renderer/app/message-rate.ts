import { useEffect, useState } from 'react';
import { usePlant } from '../connection/plant-store';

const WINDOW = 5;

/** MQTT messages per second that the console receives, over the last five states of its counters (one a second). */
export function useMessageRate(): number {
  const [rate, setRate] = useState(0);
  useEffect(() => {
    const samples: { readonly uptimeS: number; readonly received: number }[] = [];
    return usePlant.subscribe(({ status }, before) => {
      if (!status || status === before.status) return;
      const { uptimeS, counters } = status;
      const last = samples.at(-1);
      // After a restart of the console both start again from 0.
      if (last && (uptimeS < last.uptimeS || counters.received < last.received)) samples.length = 0;
      if (last?.uptimeS !== uptimeS) samples.push({ uptimeS, received: counters.received });
      if (samples.length > WINDOW) samples.shift();
      const [first] = samples;
      const seconds = first ? uptimeS - first.uptimeS : 0;
      if (first && seconds > 0) setRate(Math.round((counters.received - first.received) / seconds));
    });
  }, []);
  return rate;
}
