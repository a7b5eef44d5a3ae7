/* A backend that loads anything and answers every request with nothing.
 *
 * It lets a verdict be the server core's alone: no model file is read and nothing is completed from one. Requests
 * must be answered and released all the same, because a model's warm-up waits for them. The few declarations needed
 * are written here; the symbols come from the server process that loads the library.
 */
#include <stdint.h>

struct error;
struct instance;
struct request;
struct response;

extern struct error* TRITONBACKEND_ResponseNew(struct response** response, struct request* request);
extern struct error* TRITONBACKEND_ResponseSend(struct response* response, uint32_t flags, struct error* error);
extern struct error* TRITONBACKEND_RequestRelease(struct request* request, uint32_t flags);

enum { FINAL_RESPONSE = 1, RELEASE_ALL = 1 };

struct error*
TRITONBACKEND_ModelInstanceExecute(struct instance* instance, struct request** requests, uint32_t count)
{
  (void)instance;
  for (uint32_t i = 0; i < count; ++i) {
    struct response* response = 0;
    if (TRITONBACKEND_ResponseNew(&response, requests[i]) == 0) {
      TRITONBACKEND_ResponseSend(response, FINAL_RESPONSE, 0);
    }
    TRITONBACKEND_RequestRelease(requests[i], RELEASE_ALL);
  }
  return 0;
}
