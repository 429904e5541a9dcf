// mediasoup 3.27 is written against libSRTP 3, which no Debian or Ubuntu release carries yet. This header gives it the part of
// that interface which it calls, on top of the distribution's libSRTP 2. C++ only; it stands in for <srtp.h> in the worker's build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <srtp2/srtp.h>

// Codes that libSRTP 2 does not have. Values beyond its last one, so that they never equal a code that it returns.
static constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
static constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

// libSRTP 3 made the policy an opaque object that owns its key; libSRTP 2's holds a pointer into the caller's memory.
struct ReadroomSrtpPolicy
{
	::srtp_policy_t settings;
	unsigned char masterKey[SRTP_MAX_KEY_LEN];
};

inline srtp_err_status_t srtp_policy_create(ReadroomSrtpPolicy** created)
{
	*created = new (std::nothrow) ReadroomSrtpPolicy{};
	return *created ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(ReadroomSrtpPolicy* policy)
{
	if (!policy)
		return;

	// Through a volatile pointer: the compiler may otherwise drop the wiping of memory that is about to be freed.
	volatile unsigned char* key = policy->masterKey;
	for (size_t i = 0; i < sizeof policy->masterKey; ++i)
		key[i] = 0;

	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(ReadroomSrtpPolicy* policy, srtp_ssrc_t ssrc)
{
	policy->settings.ssrc = ssrc;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(ReadroomSrtpPolicy* policy, srtp_profile_t profile)
{
	const auto rtp = srtp_crypto_policy_set_from_profile_for_rtp(&policy->settings.rtp, profile);
	return rtp != srtp_err_status_ok ? rtp
	                                 : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->settings.rtcp, profile);
}

// libSRTP 2 wants key and salt back to back. A master key identifier is not used by DTLS-SRTP here and is refused, not ignored.
inline srtp_err_status_t srtp_policy_add_key(
  ReadroomSrtpPolicy* policy, const uint8_t* key, size_t keyLength, const uint8_t* salt, size_t saltLength, const uint8_t*, size_t mkiLength)
{
	if (keyLength + saltLength > sizeof policy->masterKey || mkiLength != 0)
		return srtp_err_status_bad_param;

	std::memcpy(policy->masterKey, key, keyLength);
	std::memcpy(policy->masterKey + keyLength, salt, saltLength);
	policy->settings.key = policy->masterKey;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(ReadroomSrtpPolicy* policy, bool allowed)
{
	policy->settings.allow_repeat_tx = allowed;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(ReadroomSrtpPolicy* policy, size_t packets)
{
	policy->settings.window_size = packets;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, ReadroomSrtpPolicy* policy)
{
	return ::srtp_create(session, static_cast<const ::srtp_policy_t*>(&policy->settings));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return ::srtp_remove_stream(session, ssrc);
}

// libSRTP 3 reads from one buffer and writes to another with a capacity; libSRTP 2 works in place and trusts the caller's room.
// `growth` is the most that the operation may append, so the capacity is checked before libSRTP 2 writes.
template<typename Operation>
inline srtp_err_status_t readroomSrtpRun(
  Operation inPlace, srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength, size_t growth)
{
	if (*outLength < inLength + growth)
		return srtp_err_status_buffer_small;

	if (out != in)
		std::memmove(out, in, inLength);

	int length        = static_cast<int>(inLength);
	const auto status = inPlace(session, out, &length);
	if (status == srtp_err_status_ok)
		*outLength = static_cast<size_t>(length);

	return status;
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength, size_t /*mkiIndex*/)
{
	return readroomSrtpRun(
	  [](srtp_t s, void* packet, int* length) { return ::srtp_protect(s, packet, length); },
	  session, in, inLength, out, outLength, SRTP_MAX_TRAILER_LEN);
}

// SRTCP appends its 32-bit index besides the authentication tag (RFC 3711 section 3.4).
inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength, size_t /*mkiIndex*/)
{
	return readroomSrtpRun(
	  [](srtp_t s, void* packet, int* length) { return ::srtp_protect_rtcp(s, packet, length); },
	  session, in, inLength, out, outLength, SRTP_MAX_TRAILER_LEN + 4);
}

inline srtp_err_status_t srtp_unprotect(srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength)
{
	return readroomSrtpRun(
	  [](srtp_t s, void* packet, int* length) { return ::srtp_unprotect(s, packet, length); },
	  session, in, inLength, out, outLength, 0);
}

inline srtp_err_status_t srtp_unprotect_rtcp(srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength)
{
	return readroomSrtpRun(
	  [](srtp_t s, void* packet, int* length) { return ::srtp_unprotect_rtcp(s, packet, length); },
	  session, in, inLength, out, outLength, 0);
}

// Last, so that everything above still means libSRTP 2's own type: from here on the name is libSRTP 3's handle.
using ReadroomSrtpPolicyHandle = ReadroomSrtpPolicy*;
#define srtp_policy_t ReadroomSrtpPolicyHandle
