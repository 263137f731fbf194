/** The parts of `oauth4webapi` that are used: whoever loads this module later, in a bundle, leaves the rest of it behind. */
export {
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
} from "oauth4webapi";
