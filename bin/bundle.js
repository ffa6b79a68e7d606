// Last step of a build: makes the workflows one file, which a worker of an installed package loads as it is.
import { prebuildWorkflows } from '../dist/workflow-bundle.js';

await prebuildWorkflows();
