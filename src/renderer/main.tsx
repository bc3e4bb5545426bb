// oxlint-disable-next-line import/no-unassigned-import -- must run before any module that makes a schema
import './app/zod-config';
import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { startI18n } from './app/i18n';
import { startPreferences } from './app/preferences';
import { connect } from './connection/client';
import { startPlant } from './connection/plant-store';
import { startConditions } from './plant/conditions';
import { startPlantSeries } from './plant/plant-series';
import { must } from '../shared/domain/assert';
import { startDisplayState } from './telemetry/display-state';
import { startHub } from './telemetry/telemetry-hub';

startPreferences();
startPlant();
startHub();
startPlantSeries();
startConditions();
startDisplayState();
connect();
void startI18n().then(() => createRoot(must(document.getElementById('root'), 'index.html has a root')).render(<App />));
