// POST api/phone {category} → PhoneDoor, GET api/phone → PhoneDoor | null, DELETE api/phone

export interface PhoneDoor {
  readonly address: string
  /** Of the QR code. */
  readonly svg: string
  readonly category: string | null
  readonly received: number
  readonly until: string
}
