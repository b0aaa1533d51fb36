# SPDX-License-Identifier: Apache-2.0
#
# A 2 MiB disk that tests itself: the BIOS loads its first sector, which reads all others through
# INT 13h, function 42h. Each 16-bit word of sector N holds N, so a sector from a wrong place is
# noticed. Says PASS or FAIL on COM1 and ends QEMU through its isa-debug-exit port.

        .equ    SECTORS, 4096
        .equ    SECTORS_PER_READ, 63            # odd, so that reads do not stay aligned to pages
        .equ    BUFFER_SEGMENT, 0x1000
        .equ    COM1, 0x3f8
        .equ    COM1_LINE_STATUS, COM1 + 5
        .equ    TRANSMITTER_EMPTY, 0x20
        .equ    DEBUG_EXIT, 0x501
        .equ    PASSED, 0x10                    # QEMU ends with (value << 1) | 1 = 33
        .equ    FAILED, 0x11

        .code16
        .globl  _start
_start:
        cli
        ljmp    $0, $start                      # some BIOSes start at 07c0:0000
start:
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %ss
        movw    $0x7c00, %sp
        sti
        cld
        movb    %dl, drive                      # the BIOS passes the drive it booted from

next_read:
        movw    $SECTORS, %ax
        subw    lba, %ax
        jz      passed
        cmpw    $SECTORS_PER_READ, %ax
        jbe     read
        movw    $SECTORS_PER_READ, %ax
read:
        movw    %ax, count
        movw    $address_packet, %si
        movb    drive, %dl
        movb    $0x42, %ah
        int     $0x13
        movw    $read_failed, %si
        jc      failed

        # The registers that the BIOS may have changed are set again.
        movw    $BUFFER_SEGMENT, %ax
        movw    %ax, %es
        xorw    %di, %di
        movw    count, %bx
check_sector:
        movw    lba, %ax
        movw    $256, %cx
        repe scasw
        movw    $wrong_data, %si
        jne     failed
        incw    lba
        decw    %bx
        jnz     check_sector
        jmp     next_read

passed:
        movw    $pass, %si
        call    print
        movb    $PASSED, %al
        jmp     exit
failed:
        call    print
        movb    $FAILED, %al
exit:
        movw    $DEBUG_EXIT, %dx
        outb    %al, %dx
        hlt
        jmp     exit

# Prints the string at %si.
print:
        movw    $COM1_LINE_STATUS, %dx
        inb     %dx, %al
        testb   $TRANSMITTER_EMPTY, %al
        jz      print
        lodsb
        testb   %al, %al
        jz      printed
        movw    $COM1, %dx
        outb    %al, %dx
        jmp     print
printed:
        ret

drive:  .byte   0
        .balign 4
# INT 13h extended read: size, 0, sectors, buffer offset, buffer segment, 64-bit first sector.
address_packet:
        .byte   16, 0
count:  .word   0
        .word   0, BUFFER_SEGMENT
lba:    .long   1, 0

pass:           .asciz "VRIO-GUEST: PASS seabios\r\n"
read_failed:    .asciz "VRIO-GUEST: FAIL seabios INT 13h reported an error\r\n"
wrong_data:     .asciz "VRIO-GUEST: FAIL seabios a sector holds the wrong data\r\n"

        .org    510
        .word   0xaa55

        .set    number, 1
        .rept   SECTORS - 1
        .fill   256, 2, number
        .set    number, number + 1
        .endr
