import { parser } from '@prometheus-io/lezer-promql';

/** A metric as an expression of Prometheus selects it. */
export interface Selected {
  readonly metric: string;
  /** Labels that the expression wants of it. */
  readonly labels: readonly string[];
  /** Values that a label is held against, and each alternative of a pattern. */
  readonly values: readonly { readonly label: string; readonly value: string }[];
}

interface Node {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly firstChild: Node | null;
  readonly nextSibling: Node | null;
}

/**
 * Reads which metrics, with which labels, an expression selects.
 *
 * @throws Error when it is no expression
 */
export function readPromql(text: string): readonly Selected[] {
  const tree = parser.parse(text);
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text}`);
    },
  });
  return select(tree.topNode, text, []);
}

function select(node: Node, text: string, grouped: readonly string[]): readonly Selected[] {
  if (node.name === 'VectorSelector') return [vector(node, text, grouped)];
  const own = node.name === 'AggregateExpr' ? groupingOf(node, text) : [];
  return childrenOf(node).flatMap((child) => select(child, text, [...grouped, ...own]));
}

function vector(node: Node, text: string, grouped: readonly string[]): Selected {
  const matchers = below(node, 'UnquotedLabelMatcher').map((matcher) => {
    const [label = '', , literal = '""'] = childrenOf(matcher).map((child) => wordsOf(child, text));
    return { label, literal };
  });
  return {
    metric: below(node, 'Identifier').map((child) => wordsOf(child, text))[0] ?? '',
    labels: [...grouped, ...matchers.map(({ label }) => label)],
    values: matchers.flatMap(({ label, literal }) =>
      literal
        .slice(1, -1)
        .split('|')
        .map((value) => ({ label, value })),
    ),
  };
}

function groupingOf(node: Node, text: string): readonly string[] {
  const modifiers = childrenOf(node).filter(({ name }) => name === 'AggregateModifier');
  return modifiers.flatMap((modifier) => below(modifier, 'LabelName')).map((child) => wordsOf(child, text));
}

function below(node: Node, name: string): readonly Node[] {
  return childrenOf(node).flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...below(child, name),
  ]);
}

function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function wordsOf({ from, to }: Node, text: string): string {
  return text.slice(from, to);
}
