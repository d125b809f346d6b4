import type { X509Certificate } from 'node:crypto'

/** Whether the key of `issuer` made the signature of `certificate`. Names and dates are not looked at. */
export function hasSignatureOf(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey)
  } catch (error) {
    // A key or algorithm that OpenSSL does not know: nothing that it verifies.
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}
