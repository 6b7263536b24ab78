// POST /recommend as one writes it with Go's net/http and encoding/json, with typed structs.
//
// usage: go-peer -port N -answer FILE [-stored]
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
)

// Buffers are used again, as is usual in Go: a body of its own for each answer would be garbage of 25 KB.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func main() {
	port := flag.Int("port", 8080, "port on loopback")
	path := flag.String("answer", "", "file of the answer, JSON")
	useStored := flag.Bool("stored", false, "send the bytes of the file and encode nothing")
	flag.Parse()
	stored, err := os.ReadFile(*path)
	if err != nil {
		log.Fatal(err)
	}
	var answer Recommendation
	decoder := json.NewDecoder(bytes.NewReader(stored))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&answer); err != nil {
		log.Fatal(err)
	}
	encode := func(w http.ResponseWriter, r *http.Request) {
		if !decodes(w, r) {
			return
		}
		buffer := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(buffer)
		buffer.Reset()
		encoder := json.NewEncoder(buffer)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(&answer); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		send(w, buffer.Bytes())
	}
	sendStored := func(w http.ResponseWriter, r *http.Request) {
		if decodes(w, r) {
			send(w, stored)
		}
	}
	if *useStored {
		http.HandleFunc("/recommend", sendStored)
	} else {
		http.HandleFunc("/recommend", encode)
	}
	log.Fatal(http.ListenAndServe(fmt.Sprintf("127.0.0.1:%d", *port), nil))
}

func decodes(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost {
		http.Error(w, "POST is wanted", http.StatusMethodNotAllowed)
		return false
	}
	var posted RecommendRequest
	if err := json.NewDecoder(r.Body).Decode(&posted); err != nil || posted.Case == nil && posted.Question == "" {
		http.Error(w, "a case or a question is wanted", http.StatusBadRequest)
		return false
	}
	return true
}

// Without a length net/http sends a body of this size in chunks.
func send(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
