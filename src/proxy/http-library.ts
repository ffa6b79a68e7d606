/** What is used of the HTTP client, apart from its use: it takes long to load, so it is imported when needed. */
export { Agent, ProxyAgent } from 'undici';
