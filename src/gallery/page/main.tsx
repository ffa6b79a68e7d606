import { render } from 'preact';

import { elementIds } from '../contract.ts';

const app = document.getElementById(elementIds.app);
if (app !== null) render(<main>…</main>, app);
