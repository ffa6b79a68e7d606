import { statusCodes } from './failure.ts';

/** The Pollen search attributes of a namespace, with the types that Temporal's command line gives them. */
export const searchAttributes = {
  PollenJob: 'Keyword',
  PollenState: 'Keyword',
  PollenLabels: 'KeywordList',
  PollenModels: 'KeywordList',
  PollenCost: 'Double',
} as const;

export type SearchAttribute = keyof typeof searchAttributes;

const names = Object.keys(searchAttributes) as SearchAttribute[];

/** Numbers of Temporal's IndexedValueType. */
const typeNumbers = { Keyword: 2, Double: 4, KeywordList: 7 } as const;

/** What is not right about the search attributes of a namespace. */
export interface WrongAttributes {
  readonly missing: readonly SearchAttribute[];
  /** There, with another type, where one of ours would not fit. */
  readonly mistyped: readonly SearchAttribute[];
}

/** What is asked of either kind of client. */
export interface AttributeServices {
  readonly operatorService: {
    listSearchAttributes(request: {
      readonly namespace: string;
    }): Promise<{ readonly customAttributes: Readonly<Record<string, unknown>> }>;
  };
  readonly workflowService: {
    listWorkflowExecutions(request: {
      readonly namespace: string;
      readonly pageSize: number;
      readonly query: string;
    }): Promise<unknown>;
  };
}

/**
 * Asks a namespace for the Pollen search attributes. Where the list is for operators alone, as on shared servers, a
 * search by each tells whether it is there.
 */
export async function askSearchAttributes(
  { operatorService, workflowService }: AttributeServices,
  namespace: string,
): Promise<WrongAttributes> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return wrongSearchAttributes(customAttributes);
  } catch (error) {
    if (!isClosed(error)) throw error;
  }
  const isFound = async (name: SearchAttribute): Promise<boolean> => {
    const query = `${name} = ${searchAttributes[name] === 'Double' ? '1' : "'1'"}`;
    try {
      await workflowService.listWorkflowExecutions({ namespace, pageSize: 1, query });
      return true;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === statusCodes.invalidArgument) return false;
      throw error;
    }
  };
  const found = await Promise.all(names.map(isFound));
  return { missing: names.filter((_, index) => found[index] !== true), mistyped: [] };
}

function isClosed(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === statusCodes.permissionDenied || code === statusCodes.unimplemented;
}

/** The attributes that a namespace lacks, and those that it has with another type, where one of ours would not fit. */
function wrongSearchAttributes(known: Readonly<Record<string, unknown>>): WrongAttributes {
  return {
    missing: names.filter((name) => known[name] === undefined),
    mistyped: names.filter(
      (name) => known[name] !== undefined && known[name] !== typeNumbers[searchAttributes[name]],
    ),
  };
}

/** The command that makes search attributes. */
export function createCommand(namespace: string, names: readonly SearchAttribute[]): string {
  const each = names.map((name) => ` --name ${name} --type ${searchAttributes[name]}`).join('');
  return `temporal operator search-attribute create --namespace ${namespace}${each}`;
}
