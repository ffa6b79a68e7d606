import { render } from 'preact';

import { elementIds } from '../contract.ts';
import { markShown } from './data/marks.ts';
import { prepareSearch } from './data/prepare.ts';
import { readPage } from './data/read-page.ts';
import { readThumbnails } from './data/thumbnails.ts';
import './styles/base.css';
import './styles/run.css';
import './styles/bar.css';
import './styles/items.css';
import './styles/detail.css';
import './styles/table.css';
import './styles/bill.css';
import { App } from './views/app.tsx';
import { Broken, Guard } from './views/guard.tsx';

const app =
  document.getElementById(elementIds.app) ?? document.body.appendChild(document.createElement('div'));
const { info, items, problems } = readPage();
if (info === undefined) {
  render(<Broken reasons={problems} />, app);
} else {
  render(
    <Guard>
      <App first={{ info, items }} thumbnails={readThumbnails()} problems={problems} />
    </Guard>,
    app,
  );
  prepareSearch(items);
}
markShown();
