/** Made once with age-encryption 0.3.1, the library of age's author, and good for nothing else. */
export const identity = 'AGE-SECRET-KEY-1L0AD33TQMCYSKUHLNGTFFTR65NCSW5QMW06UZR5MSFXX48520F5S93WJA6'
export const recipient = 'age14vnfl4a5g0385ujj5ev64tnepp54glp9hpu3tyjun67ggjqplgjspt3hlp'

/** Holds `token: hunter2-hunter2` and a line break, for that recipient. */
export const forRecipient = `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBTTEZsSFo0dXp6MlptTjc5
cDBCMFZwV3JyR1JTTWpsdTNQSzJzUEZRM1VrCkxSVmJ5RGVHdXQ5dzg2VlVEY25k
dlowOXdLWkwyNi9WOWNtcGNudHNubHcKLS0tIFJCT2tVZWRxSERMUms0NTlPT1N1
RXUzN3lCdjVWaWNKVFZDbW5zYmQwdzAK63WWHXCOohOy+kyGD1Esg/sTIw5XLdKe
6AG+4xSUKkcGcFV5hXOSZsnBJ6Gx+6xd/uAnl8JkYQ==
-----END AGE ENCRYPTED FILE-----
`

/** Holds `hunter2-hunter2`, with `the passphrase`. */
export const withPassphrase = `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCB3cHZiSm5mNmZzRmd3SFda
UUNiUWNRIDEwCnRSTWNXY2F5cUFpS3RJL1ZscHpaYWhQNVdhVEl4WUZkQmtDUzlF
aGw2N1kKLS0tIFZRTVJVNjdxVkVRS3pOTWZldGJJMi8zeDNmZnpRS1RKZE9KWk5Y
MVNLSEUKTkkaSYXGfkw/4rcmbz34LNA9LKAQGfXER6+YJEFgaBsqHJ8MwqKNJNqb
AVfBNag=
-----END AGE ENCRYPTED FILE-----
`
