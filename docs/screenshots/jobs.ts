const products = ['desk lamp', 'reading chair', 'linen curtain', 'oak shelf', 'wool rug', 'glass carafe'];
const styles = ['studio photo', 'pencil sketch', 'watercolour', 'catalogue page', 'blueprint', 'night scene'];
const languages = ['English', 'German', 'French'];

const slug = (...words: readonly string[]): string => words.join('-').toLowerCase().replaceAll(' ', '-');

const pictures = products.flatMap((product) =>
  styles.map((style) => ({
    id: slug(product, style),
    image: `A ${product}, ${style}`,
    params: { model: style === 'blueprint' ? 'turbo' : 'flux', width: 768, height: 512 },
  })),
);

const captions = products.flatMap((product) =>
  languages.flatMap((language) =>
    ['openai', 'mistral'].map((model) => ({
      id: slug(product, language, model),
      text: `A caption of one line for a ${product}, in ${language}`,
      params: { model },
    })),
  ),
);

// What the emulator is told to answer with, so that the picture shows how that looks.
const troubled = [
  { id: 'mirror-portrait', image: 'A portrait in a mirror [[fault:422]]', params: { model: 'flux' } },
  { id: 'wallpaper-8k', image: 'A wallpaper [[fault:400]]', params: { model: 'flux' } },
  { id: 'vase', text: 'A caption for a vase [[fault:429-retry-after:3]]', params: { model: 'openai' } },
];

/** The job that is in progress on the pictures: more than a minute. */
export const catalogue = {
  version: 1,
  name: 'spring-catalogue',
  description: 'Pictures and captions of the spring catalogue, for review by Wednesday.',
  labels: { team: 'design', season: 'spring' },
  defaults: { text: { max_tokens: 60 } },
  items: [...troubled, ...spread([...pictures, ...pictures.map(again)], captions)],
};

/** The job whose gallery is looked at. */
export const postcards = {
  version: 1,
  name: 'postcards',
  description: 'Motifs for the summer postcards, three ways each, and a line for the back.',
  defaults: { text: { model: 'openai', max_tokens: 60 }, image: { width: 512, height: 384 } },
  items: [
    {
      matrix: {
        motif: ['lighthouse', 'harbour', 'dunes', 'pier', 'regatta'],
        style: ['watercolour', 'linocut', 'photograph'],
      },
      id: '{{ motif }}-{{ style }}',
      image: 'A {{ motif }} by the sea, {{ style }}',
      params: { model: 'flux' },
    },
    {
      matrix: { motif: ['lighthouse', 'harbour', 'dunes'] },
      id: '{{ motif }}-line',
      text: 'A line about a {{ motif }}',
    },
    { id: 'wreck-photograph', image: 'A wreck [[fault:422]]', params: { model: 'turbo' } },
    { id: 'storm-photograph', image: 'A storm [[fault:422]]', params: { model: 'turbo' } },
    { id: 'chart', text: 'A chart [[fault:400]]' },
  ],
};

/** A job that has ended before. */
export const newsletter = {
  version: 1,
  name: 'newsletter',
  labels: { team: 'marketing', season: 'spring' },
  items: [{ prompts: ['A subject line about tulips', 'A subject line about bees'] }],
};

function again<Item extends { readonly id: string; readonly image: string }>(item: Item): Item {
  return { ...item, id: `${item.id}-wide`, image: `${item.image}, wide angle` };
}

function spread(left: readonly object[], right: readonly object[]): readonly object[] {
  return left.flatMap((item, index) => [item, ...right.slice(index, index + 1)]);
}
