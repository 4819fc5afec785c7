// Fault injection: counts file-changing libc calls under FI_PREFIX (several, with : between); at the FI_N-th: FI_DO=kill or errno number. FI_LOG: file to log to.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>
#include <limits.h>
#include <sys/syscall.h>
static atomic_int count; static int target=-1, doit=-1, fd_log=-1, from_on=0; static const char*prefix; static char only[256];
__attribute__((constructor)) static void init(void){char*n=getenv("FI_N");if(n)target=atoi(n);prefix=getenv("FI_PREFIX");char*d=getenv("FI_DO");if(d&&strcmp(d,"kill"))doit=atoi(d);char*l=getenv("FI_LOG");if(l)fd_log=open(l,O_WRONLY|O_CREAT|O_APPEND,0644);char*f=getenv("FI_STICKY");from_on=f!=0;char*o=getenv("FI_ONLY");if(o)strncpy(only,o,255);}
static int in(const char*p){ if(!prefix||!p) return 0; char buf[PATH_MAX]; if(p[0]!='/'){ if(!getcwd(buf,sizeof buf)) return 0; strncat(buf,"/",sizeof buf-strlen(buf)-1); strncat(buf,p,sizeof buf-strlen(buf)-1); p=buf;} for(const char*q=prefix;;){ const char*e=strchr(q,':'); size_t n=e?(size_t)(e-q):strlen(q); if(n&&strncmp(p,q,n)==0) return 1; if(!e) return 0; q=e+1; } }
static int infd(int fd,char*out){ char l[64]; snprintf(l,64,"/proc/self/fd/%d",fd); ssize_t n=readlink(l,out,PATH_MAX-1); if(n<=0) return 0; out[n]=0; if(out[0]!=0x2f) return 0; return in(out);}
static int hit(const char*what,const char*p){ if(only[0]&&!strstr(only,what)) return 0; int c=++count; if(fd_log>=0){char b[PATH_MAX+64];int n=snprintf(b,sizeof b,"%d %s %s\n",c,what,p);syscall(1,fd_log,b,n);} if(c==target||(from_on&&target>0&&c>=target)){ if(doit<0){kill(getpid(),SIGKILL);pause();} errno=doit; return 1;} return 0;}
#define REAL(r,name,...) static r(*real)(__VA_ARGS__); if(!real) real=dlsym(RTLD_NEXT,name)
int rename(const char*a,const char*b){REAL(int,"rename",const char*,const char*); if((in(a)||in(b))&&hit("rename",b)) return -1; return real(a,b);}
int link(const char*a,const char*b){REAL(int,"link",const char*,const char*); if((in(a)||in(b))&&hit("link",b)) return -1; return real(a,b);}
int unlink(const char*a){REAL(int,"unlink",const char*); if(in(a)&&hit("unlink",a)) return -1; return real(a);}
int rmdir(const char*a){REAL(int,"rmdir",const char*); if(in(a)&&hit("rmdir",a)) return -1; return real(a);}
int mkdir(const char*a,mode_t m){REAL(int,"mkdir",const char*,mode_t); if(in(a)&&hit("mkdir",a)) return -1; return real(a,m);}
static int op(int(*real)(const char*,int,...),const char*p,int f,mode_t m){ if((f&(O_CREAT|O_TRUNC))&&in(p)&&hit("creat",p)) return -1; if(!(f&(O_CREAT|O_TRUNC))&&in(p)&&only[0]&&strstr(only,"openread")&&hit("openread",p)) return -1; return real(p,f,m);}
int open(const char*p,int f,...){va_list v;va_start(v,f);mode_t m=va_arg(v,int);va_end(v);static int(*real)(const char*,int,...);if(!real)real=dlsym(RTLD_NEXT,"open");return op(real,p,f,m);}
int open64(const char*p,int f,...){va_list v;va_start(v,f);mode_t m=va_arg(v,int);va_end(v);static int(*real)(const char*,int,...);if(!real)real=dlsym(RTLD_NEXT,"open64");return op(real,p,f,m);}
#define FD(ret,nm,what,args,call,decl) ret nm decl {static ret(*real)decl;if(!real)real=dlsym(RTLD_NEXT,#nm);char p[PATH_MAX];if(infd(fd,p)&&hit(what,p))return -1;return real args;}
FD(int,fsync,"fsync",(fd),,(int fd))
FD(int,fdatasync,"fdatasync",(fd),,(int fd))
FD(int,ftruncate,"ftruncate",(fd,l),,(int fd,off_t l))
FD(int,ftruncate64,"ftruncate",(fd,l),,(int fd,off64_t l))
FD(ssize_t,pwrite,"write",(fd,b,n,o),,(int fd,const void*b,size_t n,off_t o))
FD(ssize_t,pwrite64,"write",(fd,b,n,o),,(int fd,const void*b,size_t n,off64_t o))
FD(ssize_t,pwritev,"write",(fd,b,n,o),,(int fd,const struct iovec*b,int n,off_t o))
FD(ssize_t,pwritev64,"write",(fd,b,n,o),,(int fd,const struct iovec*b,int n,off64_t o))
FD(ssize_t,write,"write",(fd,b,n),,(int fd,const void*b,size_t n))
FD(ssize_t,writev,"write",(fd,b,n),,(int fd,const struct iovec*b,int n))
FD(ssize_t,copy_file_range,"copy",(i,io,fd,oo,n,f),,(int i,off64_t*io,int fd,off64_t*oo,size_t n,unsigned f))
ssize_t sendfile(int fd,int i,off_t*o,size_t n){static ssize_t(*real)(int,int,off_t*,size_t);if(!real)real=dlsym(RTLD_NEXT,"sendfile");char p[PATH_MAX];if(infd(fd,p)&&hit("copy",p))return -1;return real(fd,i,o,n);}
ssize_t sendfile64(int fd,int i,off64_t*o,size_t n){static ssize_t(*real)(int,int,off64_t*,size_t);if(!real)real=dlsym(RTLD_NEXT,"sendfile64");char p[PATH_MAX];if(infd(fd,p)&&hit("copy",p))return -1;return real(fd,i,o,n);}
