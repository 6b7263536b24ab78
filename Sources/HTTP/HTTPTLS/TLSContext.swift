import COpenSSL
import HTTPServer
