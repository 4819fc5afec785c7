/** Names of nodes that are not the network's own begin so, behind the prefix that joined networks have. */
export const OWN = 'itc/'
