import sharp from 'sharp';

export interface SamplePicture {
  /** PNG, as an API answers with it. */
  readonly full: Buffer;
  /** WebP in base64, as a page holds it. */
  readonly thumbnail: string;
}

const COUNT = 12;
const SIDE = 512;

/** A dozen pictures that differ in colour and shape. */
export function samplePictures(): Promise<readonly SamplePicture[]> {
  return Promise.all(Array.from({ length: COUNT }, (_, index) => samplePicture(index)));
}

async function samplePicture(index: number): Promise<SamplePicture> {
  const full = await sharp(Buffer.from(drawing(index)))
    .png()
    .toBuffer();
  const small = await sharp(full).resize(160, 160, { fit: 'inside' }).webp({ quality: 50 }).toBuffer();
  return { full, thumbnail: small.toString('base64') };
}

/** A lamp on a table, more or less. */
function drawing(index: number): string {
  const hue = index * 30;
  const [width, height] = index % 3 === 2 ? [SIDE * 0.75, SIDE] : [SIDE, SIDE];
  const lean = 30 * (index % 4) - 45;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100" preserveAspectRatio="xMidYMid slice">
<defs>
<linearGradient id="wall" x2="0" y2="1"><stop stop-color="hsl(${hue} 35% 78%)"/><stop offset="1" stop-color="hsl(${hue + 40} 40% 55%)"/></linearGradient>
<radialGradient id="glow"><stop stop-color="#fff6d0"/><stop offset="1" stop-color="#fff6d0" stop-opacity="0"/></radialGradient>
</defs>
<rect width="100" height="100" fill="url(#wall)"/>
<rect y="74" width="100" height="26" fill="hsl(${hue + 200} 22% 30%)"/>
<circle cx="${50 + lean / 3}" cy="42" r="34" fill="url(#glow)"/>
<g transform="rotate(${lean / 3} 50 74)" fill="hsl(${hue + 180} 45% 28%)">
<rect x="48.6" y="40" width="2.8" height="34"/><rect x="38" y="72" width="24" height="4" rx="2"/>
<path d="M40 24h20l9 20H31z" fill="hsl(${hue + 150} 55% 45%)"/>
</g>
</svg>`;
}
