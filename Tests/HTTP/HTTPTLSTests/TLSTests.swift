import HTTPTLS
