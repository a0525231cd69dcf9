package cabinet

import (
	"net/http"

	"github.com/zapis-clinic/zapis/jobs/edge"
)

// address is the client's, as counters name it; see edge.ClientIP.
func address(r *http.Request) string {
	name, _ := edge.ByAddress(r) // never fails
	return name
}
