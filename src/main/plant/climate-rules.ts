/** What drives a zone's climate, each 0–1. A zone uses those that it has; the others stay 0. */
export type Inputs = {
  readonly heater: number;
  readonly fan: number;
  readonly vent: number;
  readonly pump: number;
  readonly mist: number;
  readonly lamp: number;
  readonly circulation: number;
  readonly aeration: number;
  readonly waterHeater: number;
};
export const idleInputs: Inputs = {
  heater: 0,
  fan: 0,
  vent: 0,
  pump: 0,
  mist: 0,
  lamp: 0,
  circulation: 0,
  aeration: 0,
  waterHeater: 0,
};

export type Climate = {
  readonly airC: number;
  readonly humidity: number;
  readonly soilPct: number;
  readonly soilC: number;
  readonly co2Ppm: number;
  readonly lightLux: number;
  readonly waterC: number;
  readonly ph: number;
  readonly ecUs: number;
  readonly flowLpm: number;
};
export type Quantity = keyof Climate;

export type Outdoor = { readonly airC: number; readonly sunLux: number };

/** A day of the demo lasts this long, so that an evening is seen within a coffee break. */
export const DEMO_DAY_S = 1800;
const LAMP_LUX = 18_000;
const FULL_SUN_LUX = 42_000;
const OUTDOOR_CO2 = 420;

/** Everything relaxes towards its balance with these time constants, seconds: short enough to see a press of a key work. */
const TAU_S = { air: 60, humidity: 45, soilC: 150, co2: 60, light: 3, water: 240, ph: 300, ec: 400, flow: 2 } as const;
/** Percent of soil moisture per second: a pump fills a bed in about a minute; a warm day empties it in half an hour. */
const PUMP_WETS = 0.6;
const MIST_WETS = 0.12;
const DRIES = 0.012;

export const startClimate: Climate = {
  airC: 22.5,
  humidity: 58,
  soilPct: 46,
  soilC: 21,
  co2Ppm: 620,
  lightLux: 12_000,
  waterC: 23,
  ph: 6.8,
  ecUs: 1400,
  flowLpm: 0,
};

/** Outdoor weather at a time of the demo day. */
export function outdoorAt(timeS: number): Outdoor {
  const day = Math.sin((2 * Math.PI * timeS) / DEMO_DAY_S);
  return { airC: 15 + 4 * day, sunLux: Math.max(0, 0.35 + 0.65 * day) * FULL_SUN_LUX };
}

/** First-order approach of `value` to `target`; stable for every step. */
function towards(value: number, target: number, tauS: number, dtS: number): number {
  return target + (value - target) * Math.exp(-dtS / tauS);
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The climate `dtS` seconds later. Balances are linear in the inputs; the coefficients are chosen for a small greenhouse. */
export function nextClimate(climate: Climate, inputs: Inputs, outdoor: Outdoor, dtS: number): Climate {
  const lightLux = towards(climate.lightLux, outdoor.sunLux * 0.7 + inputs.lamp * LAMP_LUX, TAU_S.light, dtS);
  const exchange = 0.25 + 0.9 * inputs.fan + 1.4 * inputs.vent; // air exchange relative to a closed house
  const gainC = 3 + lightLux / 9_000 + 9 * inputs.heater + inputs.lamp * 0.4;
  const airC = towards(climate.airC, outdoor.airC + gainC / Math.sqrt(exchange) - 1.2 * inputs.mist, TAU_S.air, dtS);
  const moistening = climate.soilPct * 0.35 + 40 * inputs.mist + 8 * inputs.pump;
  const humidity = clamp(
    towards(climate.humidity, 44 + moistening / (0.7 + exchange * 0.5) - (airC - 20) * 0.9, TAU_S.humidity, dtS),
    8,
    99,
  );
  const drying = DRIES * (1 + Math.max(0, airC - 18) * 0.08 + lightLux / 40_000);
  const soilPct = clamp(climate.soilPct + (PUMP_WETS * inputs.pump + MIST_WETS * inputs.mist - drying) * dtS, 4, 92);
  const co2Ppm = towards(climate.co2Ppm, OUTDOOR_CO2 + Math.max(0, 420 - lightLux / 90) / exchange, TAU_S.co2, dtS);
  const waterC = towards(climate.waterC, 21 + (airC - 21) * 0.3 + 5 * inputs.waterHeater, TAU_S.water, dtS);
  return {
    airC,
    humidity,
    soilPct,
    soilC: towards(climate.soilC, airC - 1 + 7 * inputs.heater, TAU_S.soilC, dtS),
    co2Ppm,
    lightLux,
    waterC,
    ph: towards(climate.ph, 6.5 + 0.5 * inputs.aeration, TAU_S.ph, dtS),
    ecUs: towards(climate.ecUs, 1700 - 300 * inputs.circulation, TAU_S.ec, dtS),
    flowLpm: towards(climate.flowLpm, 12.5 * inputs.circulation, TAU_S.flow, dtS),
  };
}
