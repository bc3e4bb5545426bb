import type { Inputs } from './climate-rules';
import type { ActuatorPlan } from './demo-plan';
import { closedValve, moveValve, type Valve } from './valve-rules';

const FULL_DUTY = 255;

/** What the pins of one device drive: electrical levels in, strengths of 0 to 1 out. A part stays where it is soldered, whatever is configured. */
export class PlantOutputs {
  private readonly duties = new Map<number, number>();
  private readonly valves = new Map<number, Valve>();

  constructor(private readonly actuators: readonly ActuatorPlan[]) {}

  /** A pin has changed; `duty` is 0 to 255. */
  set(gpio: number, duty: number): void {
    this.duties.set(gpio, duty);
  }

  /** Lets `dtS` seconds pass: what has a motor moves. */
  pass(dtS: number): void {
    for (const { config } of this.actuators) {
      if (config.actuator_type !== 'valve') continue;
      const isOpening = this.dutyOf(config.gpio) > 0;
      const isDriven = this.dutyOf(config.aux_gpio) > 0;
      const valve = this.valves.get(config.gpio) ?? closedValve;
      this.valves.set(config.gpio, moveValve({ ...valve, isOpening, isDriven }, dtS));
    }
  }

  levels(): readonly { readonly drives: keyof Inputs; readonly level: number }[] {
    return this.actuators.map(({ config, drives }) => {
      const isValve = config.actuator_type === 'valve';
      const level = isValve ? (this.valves.get(config.gpio)?.open ?? 0) : this.dutyOf(config.gpio) / FULL_DUTY;
      return { drives, level };
    });
  }

  private dutyOf(gpio: number): number {
    return this.duties.get(gpio) ?? 0;
  }
}
